// Zendesk's webhooks: event-subscribed ones with a fixed body, and those of triggers, whose body an
// administrator typed after the README's template. Losses, duplicates and disorder are possible, so an event
// is a hint of what to fetch.
#pragma once

#include <navette/sdk/webhook.hpp>

#include <expected>
#include <string>
#include <vector>

namespace navette::zendesk {

/// Genuine where the signature over the literal timestamp and the raw body fits one of the signing secrets.
[[nodiscard]] sdk::WebhookVerdict verify_webhook(
    const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys
);

/// The one event of a webhook; none where the body is empty.
[[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(
    const sdk::WebhookRequest& request
);

}  // namespace navette::zendesk
