// Pipedrive's webhooks, version 2: no signature, HTTP Basic credentials only; the whole record comes along.
#pragma once

#include <navette/sdk/webhook.hpp>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace navette::pipedrive {

/// What Pipedrive calls an object of the manifest ("person"); empty where it sends no webhooks of it.
[[nodiscard]] std::string_view webhook_entity(std::string_view object);
/// The other way round; empty for what is no object of the manifest.
[[nodiscard]] std::string_view object_of_entity(std::string_view entity);

/// Genuine where the header Authorization holds the setting `webhook_user` with one of the secrets as
/// password, and the body comes from the company of the setting `company_domain`.
[[nodiscard]] sdk::WebhookVerdict verify_webhook(
    const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys
);

/// The one event of a webhook. Its `fields` are the record (of a delete: its last state).
[[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_webhook(
    const sdk::WebhookRequest& request
);

}  // namespace navette::pipedrive
