// Reading from Stripe with an API key: what webhooks missed, and how a payment stands now.
#pragma once

#include <navette/sdk/connector.hpp>

#include <expected>
#include <string>

namespace navette::stripe {

/// Tries the key's rights; where `catch_up` is off there is nothing to try, and the sentence says so.
[[nodiscard]] sdk::Task<sdk::TestReport> test_connection(sdk::Session& session);

/// Events of payments that Stripe still keeps (30 days), with an overlap of ten minutes: the same events come
/// again, and are told by `event_id`. Within a page oldest first; Stripe gives the newest page first.
[[nodiscard]] sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> pull_events(
    sdk::Session& session, sdk::PullRequest request
);

/// The payment intent as it stands now, refunds included.
[[nodiscard]] sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> fetch_payment(
    sdk::Session& session, std::string object, std::string remote_id
);

}  // namespace navette::stripe
