// Shopify's webhooks: signed over the raw body only, so that no header but the signature proves anything.
#pragma once

#include <navette/sdk/webhook.hpp>

#include <expected>
#include <span>
#include <string>
#include <vector>

namespace navette::shopify {

/// Genuine where the header X-Shopify-Hmac-Sha256 (or shopify-hmac-sha256, of the newer Events) is the HMAC
/// of the raw body under any of the secrets.
[[nodiscard]] sdk::WebhookVerdict verify_webhook(
    const sdk::WebhookRequest& request, std::span<const std::string> secrets
);

/// The one event of a delivery. It is thin except for deletes: the body has the names of the old REST API,
/// and may be older than what the shop holds. A body that does not belong to its topic is refused, since the
/// topic is not signed.
[[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(
    const sdk::WebhookRequest& request
);

}  // namespace navette::shopify
