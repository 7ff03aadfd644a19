// Stripe's webhooks: signed with a time, delivered in any order, sometimes twice.
#pragma once

#include <navette/sdk/task.hpp>
#include <navette/sdk/webhook.hpp>

#include <expected>
#include <string>
#include <vector>

namespace navette::stripe {

/// Genuine where any `v1` of the header Stripe-Signature is the HMAC of the signed time and the raw body
/// under any of the secrets, and the time is within the tolerance.
[[nodiscard]] sdk::WebhookVerdict verify_webhook(
    const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys
);

/// One event of Stripe, from a webhook or from its list of events. Its object is empty where it concerns no
/// payment.
[[nodiscard]] std::expected<sdk::WebhookEvent, std::string> read_event(const sdk::json::object& event);

/// The one event of a webhook.
[[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(
    const sdk::WebhookRequest& request
);

}  // namespace navette::stripe
