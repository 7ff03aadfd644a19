// From what a connector read of a webhook to what is stored of it. Pure.
#pragma once

#include "daemon/http/exchange.hpp"
#include "daemon/http/webhook_directory.hpp"
#include "daemon/store/webhooks.hpp"

#include <navette/sdk/webhook.hpp>

#include <expected>
#include <set>
#include <string>
#include <vector>

namespace navette::http {

/// What the connector read, or why it could not.
using Events = std::expected<std::vector<sdk::WebhookEvent>, std::string>;

/// The remote accounts that the events name.
[[nodiscard]] std::set<std::string> accounts_of(const Events& events);

/// The request as its row in webhook_logs holds it, secrets redacted.
[[nodiscard]] store::Webhook log_entry(
    const Request& request, const std::string& platform, const outbound::Redactor& redactor
);

/// Puts the events that are the target's into its entry, and says what becomes of them.
void take_events(store::Webhook& entry, const Events& events, const WebhookTarget& target);

/// One event as the queue's job holds it.
[[nodiscard]] store::InboundEvent inbound_event(const sdk::WebhookEvent& event);

/// The head of a body that nobody vouches for.
[[nodiscard]] std::string shortened(std::string body);

}  // namespace navette::http
