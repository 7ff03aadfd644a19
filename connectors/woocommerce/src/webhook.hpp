// WooCommerce's webhooks: signed over the raw body, never repeated, with the object as it is at delivery
// time.
#pragma once

#include <navette/sdk/webhook.hpp>

#include <expected>
#include <span>
#include <string>
#include <vector>

namespace navette::woocommerce {

/// Genuine where the header X-WC-Webhook-Signature is the HMAC of the raw body under any of the secrets. The
/// ping of a new webhook is genuine without a signature: it carries nothing.
[[nodiscard]] sdk::WebhookVerdict verify_webhook(
    const sdk::WebhookRequest& request, std::span<const std::string> secrets
);

/// The one event of a delivery, none of a ping. `object` is empty for what concerns no object of the
/// manifest, and where the shop sends its own error in place of the object.
[[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(
    const sdk::WebhookRequest& request
);

}  // namespace navette::woocommerce
