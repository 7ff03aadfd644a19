// What a Zendesk trigger says: when it fires for a ticket, and which webhooks it sends what. Pure.
#pragma once

#include "tests/standin/json_table.hpp"
#include "tests/standin/zendesk_answer.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace navette::standin {

/// What is wrong with a trigger's title, conditions (of which there must be some) or actions.
std::optional<ZendeskFault> zendesk_trigger_fault(const boost::json::object& trigger);

/// The webhooks' ids and the body's template of each, of its actions "notification_webhook".
std::vector<std::pair<std::string, std::string>> zendesk_notified_webhooks(const boost::json::object& trigger
);

/// Whether an active trigger's conditions hold. A ticket is taken to have changed its status when it is
/// created only.
bool zendesk_trigger_fires(const boost::json::object& trigger, const JsonRow& ticket, bool is_new);

/// A template with the ticket's values in its placeholders, as they are: nothing is escaped for JSON.
std::string zendesk_rendered(std::string text, const JsonRow& ticket);

}  // namespace navette::standin
