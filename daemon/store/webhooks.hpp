// Webhooks on their way into the queue: each logged, each event accepted once for good.
#pragma once

#include "daemon/store/connection.hpp"
#include "daemon/store/leases.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace navette::store {

/// One event of a webhook as it is queued.
struct InboundEvent {
    std::string key;  // what repeated deliveries have in common: any text, never empty
    std::string event_type;
    std::string object;     // empty: kept as seen, no job
    std::string remote_id;  // empty likewise
    bool deleted = false;
    std::string data;  // JSON text: {object, remote_id, deleted, thin, occurred_at, fields, event_type}
    std::chrono::milliseconds delay{0};  // its job waits so long
};

struct Webhook {
    enum class Fate {
        accepted,  // its events go into the queue, where they are new
        ignored,   // genuine, but nothing is wanted of it
        refused,   // not genuine
        failed,    // genuine, but it cannot be read
    };

    IntegrationKey key;  // empty tenant and id: none was found
    std::string platform;
    std::string event_type;  // of its first event
    std::string method;
    std::string headers;  // JSON text, without secrets
    std::string body;
    std::string client;
    Fate fate = Fate::accepted;
    std::string reason;  // refused, failed, ignored: why; for the log
    std::vector<InboundEvent> events;
};

struct Received {
    std::int64_t jobs = 0;      // made
    std::int64_t repeated = 0;  // events that had been accepted before
};

/// Writes the webhooks and their events as one transaction. What was accepted before makes no job again.
boost::asio::awaitable<core::Result<Received>> receive_webhooks(
    Connection& connection, const std::vector<Webhook>& webhooks
);

/// The integrations that webhooks of a platform may be meant for: by id, or by the remote account that stands
/// under `account_field` in their public settings, or all of the platform where both are empty. Disabled ones
/// too. At most 100.
boost::asio::awaitable<core::Result<std::vector<IntegrationKey>>> webhook_targets(
    Connection& connection,
    std::string platform,
    std::string integration_id,
    std::string account_field,
    std::string account
);

}  // namespace navette::store
