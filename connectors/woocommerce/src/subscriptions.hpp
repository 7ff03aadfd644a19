// The shop's webhooks, one for each topic. The shop disables one after the seventh delivery in a row that
// failed, and never by itself makes it active again.
#pragma once

#include "exchange.hpp"

#include <expected>
#include <vector>

namespace navette::woocommerce {

/// Looks at the webhooks that deliver to the plan's address: created, updated and deleted of each object.
/// With `repair`, missing ones are made and disabled ones made active. One that somebody paused stays so.
[[nodiscard]] Task<std::expected<std::vector<sdk::SubscriptionState>, Outcome>> keep_subscriptions(
    Session& session, sdk::SubscriptionPlan plan
);

}  // namespace navette::woocommerce
