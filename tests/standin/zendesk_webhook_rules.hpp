// What a Zendesk webhook may look like: its required members, the events it can subscribe to. Pure.
#pragma once

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

/// The subscription of a webhook that triggers are connected to.
inline constexpr std::string_view kZendeskConditional = "conditional_ticket_events";
inline constexpr std::string_view kZendeskEvent = "zen:event-type:";
inline constexpr std::string_view kZendeskTicketEvent = "zen:event-type:ticket.";

/// All events of users, organizations and tickets: "zen:event-type:user.created", ...
const std::vector<std::string>& zendesk_known_topics();

/// What is wrong with a webhook; empty where it is right. Not every account has the events of tickets.
std::string zendesk_webhook_fault(const boost::json::object& webhook, bool has_ticket_events);

}  // namespace navette::standin
