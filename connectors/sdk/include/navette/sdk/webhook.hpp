// A webhook as it came in, and what a connector reads from it. Pure data: verify and parse do no I/O.
#pragma once

#include <navette/sdk/http.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace navette::sdk {

struct WebhookRequest {
    std::string method;  // "POST"
    std::string url;     // the public address that the platform called, with the query string
    std::string path;    // path and query string, as received
    std::vector<Header> headers;
    std::string body;  // the raw bytes: signatures are computed over these

    /// The header's first value, matched without regard to case; empty where it is absent.
    [[nodiscard]] std::string_view header(std::string_view name) const { return first_header(headers, name); }
};

/// What the integration knows that a signature is checked with.
struct WebhookKeys {
    std::span<const std::string> secrets;  // several are valid during a rotation; never empty texts
    const json::object& settings;          // the integration's public configuration
    Instant now;
    std::chrono::seconds tolerance{300};  // how old a signed time may be, and how far ahead
};

struct WebhookVerdict {
    bool genuine = false;
    std::string reason;  // for our log only; the sender is told nothing
};

struct WebhookEvent {
    /// Equal for repeated deliveries of one event, different for different events.
    std::string deduplication_key;
    /// The remote account that it belongs to, where the payload or a header says so: finds the integration
    /// where the address names none. Compared with the config field that the manifest's `webhooks.account`
    /// names.
    std::string account;
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

/// What the platform is told once the webhook is durable.
struct WebhookReply {
    int status = 200;
    std::string content_type{"application/json"};
    std::string body{"{\"received\":true}"};
};

}  // namespace navette::sdk
