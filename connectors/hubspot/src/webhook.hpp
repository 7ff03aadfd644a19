// HubSpot's webhooks: lists of up to 100 events, each with ids and at most one changed value. Duplicates and
// disorder are normal, so an event is a hint of what to fetch.
#pragma once

#include <navette/sdk/webhook.hpp>

#include <expected>
#include <string>
#include <vector>

namespace navette::hubspot {

/// Checks signature v3 (signed time within the tolerance) where the request carries one. Otherwise versions 2
/// and 1, which sign no time, unless the setting `accept_old_signatures` is false.
[[nodiscard]] sdk::WebhookVerdict verify_webhook(
    const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys
);

/// One event for each item of the list.
[[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(
    const sdk::WebhookRequest& request
);

/// The address as HubSpot signs it with version 3: some characters of its query decoded.
[[nodiscard]] std::string signed_address(std::string_view url);

}  // namespace navette::hubspot
