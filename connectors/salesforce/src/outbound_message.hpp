// Salesforce's outbound messages: SOAP, unsigned. Who may send is proven by a secret in the address and the
// id of the organisation; what they say is a hint of what to read.
#pragma once

#include <navette/sdk/webhook.hpp>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace navette::salesforce {

/// Genuine where the query value `token` equals one of the secrets and the message names the organisation of
/// the setting `organization_id` (15 or 18 characters). Both are compared in constant time.
[[nodiscard]] sdk::WebhookVerdict verify_message(
    const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys
);

/// One event for each notification.
[[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_message(
    const sdk::WebhookRequest& request
);

/// The answer that Salesforce takes for a receipt; any other is followed by retries.
[[nodiscard]] sdk::WebhookReply acknowledgement();

/// The 18 characters of an id: those of 15 get the three that tell their upper-case letters. Other texts stay
/// as they are.
[[nodiscard]] std::string full_id(std::string_view id);

}  // namespace navette::salesforce
