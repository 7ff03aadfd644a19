// Dolibarr's webhooks: unsigned, sent once, before the change is committed, with the object's state of
// before. So the way in is a secret in the address, and the content no more than a hint of what to fetch.
#pragma once

#include <navette/sdk/webhook.hpp>

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace navette::dolibarr {

/// Genuine where the last part of the path, or the query value `token`, equals one of the secrets; in
/// constant time.
[[nodiscard]] sdk::WebhookVerdict verify_webhook(
    const sdk::WebhookRequest& request, std::span<const std::string> secrets
);

/// The one event of a webhook. `object` is empty for triggers that concern no object of the manifest.
[[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(
    const sdk::WebhookRequest& request
);

}  // namespace navette::dolibarr
