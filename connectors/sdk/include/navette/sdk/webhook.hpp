// A webhook as it came in, and what a connector reads from it. Pure data: verify and parse do no I/O.
#pragma once

#include <navette/sdk/http.hpp>

#include <optional>
#include <string>
#include <vector>

namespace navette::sdk {

struct WebhookRequest {
    std::string path;  // with the query string, as received
    std::vector<Header> headers;
    std::string body;  // the raw bytes: signatures are computed over these
};

struct WebhookVerdict {
    bool genuine = false;
    std::string reason;  // for our log only; the sender is told nothing
};

struct WebhookEvent {
    /// Equal for repeated deliveries of one event, different for different events.
    std::string deduplication_key;
    std::string event_type;  // the platform's own name: "ORDER_VALIDATE"
    std::string object;      // the manifest's object name, empty where the event concerns none that we know
    std::string remote_id;
    bool deleted = false;
    /// The event only hints at a change: fetch the object before use.
    bool thin = true;
    /// Caused by our own write, by a mark that the platform carried back.
    bool echo = false;
    std::optional<Instant> occurred_at;
    json::object fields;
};

}  // namespace navette::sdk
