// Which webhook subscriptions a platform holds for an integration, when they were looked after, and whether
// webhooks come at all. Every write is fenced by the lease's epoch.
#pragma once

#include "daemon/store/owner.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

/// One subscription as it was found: SubscriptionState of the SDK, its state by name.
struct Subscription {
    std::string topic;
    std::string state;  // held, missing, repaired or refused
    std::string remote_id;
    std::string sentence;
};

/// What is known before a look.
struct WebhookCheck {
    std::chrono::milliseconds due{0};  // from now; zero or less: it is
    std::string address;               // of the last look
    std::int64_t asked = 0;
    std::int64_t answered = 0;
    std::optional<bool> asked_repair;  // what the last request wants; none: as the configuration says
    int failures = 0;                  // in a row
    std::string last_error;
    /// Records changed on the platform, as pulls found out, and no webhook came for longer than the given
    /// silence.
    bool is_silent = false;
    bool was_silent = false;  // and that is known since an earlier look
    std::vector<Subscription> subscriptions;
};

/// Nothing where the lease is another's by now. Makes the integration's row where there is none.
boost::asio::awaitable<core::Result<std::optional<WebhookCheck>>> load_webhook_check(
    Connection& connection, Owner owner, std::chrono::milliseconds silence
);

/// What came of a look.
struct WebhookCheckResult {
    std::string address;
    std::string error;  // empty: it went well, and `subscriptions` is all there is
    std::chrono::milliseconds next_in{0};
    std::int64_t asked = 0;  // the requests that it answers
    bool is_silent = false;
    bool pull_now = false;  // what may have been missed is to be pulled at once
    std::vector<Subscription> subscriptions;
};
/// False where the lease is another's by now: nothing was written.
boost::asio::awaitable<core::Result<bool>> note_webhook_check(
    Connection& connection, Owner owner, WebhookCheckResult result
);

/// Replaces the integration's sealed secrets, where its row is still of that version; the daemons are told.
/// False where it is not, or the lease is another's.
boost::asio::awaitable<core::Result<bool>> replace_secrets(
    Connection& connection, Owner owner, std::string sealed, std::int64_t version
);

}  // namespace navette::store
