#include "tests/standin/zendesk_trigger.hpp"

#include "tests/standin/zendesk_account.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin {

namespace json = boost::json;

namespace {

const json::array& list_of(const json::object& object, std::string_view name) {
    static const json::array empty;
    const auto* list = object.if_contains(name);
    return list != nullptr && list->is_array() ? list->get_array() : empty;
}

const json::object& conditions_of(const json::object& trigger) {
    static const json::object empty;
    const auto* conditions = trigger.if_contains("conditions");
    return conditions != nullptr && conditions->is_object() ? conditions->get_object() : empty;
}

bool is_known(const json::value& condition) {
    if (!condition.is_object()) {
        return false;
    }
    const auto field = text_of(condition.get_object(), "field");
    const auto compared = text_of(condition.get_object(), "operator");
    return field == "status" && (compared == "is" || compared == "changed" || compared == "not_changed");
}

bool holds(const json::value& condition, const JsonRow& ticket, bool is_new) {
    const auto compared = text_of(condition.get_object(), "operator");
    if (compared == "is") {
        return text_of(condition.get_object(), "value") == text_of(ticket.fields, "status");
    }
    return (compared == "changed") == is_new;
}

/// As the placeholder shows it: "open" is "Open".
std::string status_name(const JsonRow& ticket) {
    auto name = text_of(ticket.fields, "status");
    if (!name.empty() && name.front() >= 'a' && name.front() <= 'z') {
        name.front() = static_cast<char>(name.front() - 'a' + 'A');
    }
    return name;
}

}  // namespace

std::optional<ZendeskFault> zendesk_trigger_fault(const json::object& trigger) {
    if (text_of(trigger, "title").empty()) {
        return ZendeskFault{"title", "Title: cannot be blank", "BlankValue"};
    }
    const auto& conditions = conditions_of(trigger);
    const auto& all = list_of(conditions, "all");
    const auto& any = list_of(conditions, "any");
    if (all.empty() && any.empty()) {
        return ZendeskFault{"base", "Conditions must have at least one condition", "BlankValue"};
    }
    if (!std::ranges::all_of(all, is_known) || !std::ranges::all_of(any, is_known)) {
        return ZendeskFault{"base", "Conditions: is invalid", "InvalidValue"};
    }
    if (list_of(trigger, "actions").empty()) {
        return ZendeskFault{"base", "Actions must have at least one action", "BlankValue"};
    }
    if (zendesk_notified_webhooks(trigger).size() != list_of(trigger, "actions").size()) {
        return ZendeskFault{"base", "Actions: is invalid", "InvalidValue"};
    }
    return std::nullopt;
}

std::vector<std::pair<std::string, std::string>> zendesk_notified_webhooks(const json::object& trigger) {
    std::vector<std::pair<std::string, std::string>> found;
    for (const auto& action : list_of(trigger, "actions")) {
        if (!action.is_object() || text_of(action.get_object(), "field") != "notification_webhook") {
            continue;
        }
        const auto& value = list_of(action.get_object(), "value");
        if (value.size() == 2 && value[0].is_string() && value[1].is_string()) {
            found.emplace_back(std::string(value[0].get_string()), std::string(value[1].get_string()));
        }
    }
    return found;
}

bool zendesk_trigger_fires(const json::object& trigger, const JsonRow& ticket, bool is_new) {
    const auto* active = trigger.if_contains("active");
    if (active == nullptr || *active != json::value(true)) {
        return false;
    }
    const auto one = [&](const json::value& condition) { return holds(condition, ticket, is_new); };
    const auto& conditions = conditions_of(trigger);
    const auto& any = list_of(conditions, "any");
    return std::ranges::all_of(list_of(conditions, "all"), one) &&
           (any.empty() || std::ranges::any_of(any, one));
}

std::string zendesk_rendered(std::string text, const JsonRow& ticket) {
    const std::pair<std::string_view, std::string> values[] = {
        {"{{ticket.id}}", ticket.id},
        {"{{ticket.external_id}}", text_of(ticket.fields, "external_id")},
        {"{{ticket.status}}", status_name(ticket)},
        {"{{ticket.title}}", text_of(ticket.fields, "subject")},
        {"{{ticket.updated_at_with_timestamp}}", zendesk_time(ticket.modified)},
    };
    for (const auto& [placeholder, value] : values) {
        for (auto at = text.find(placeholder); at != std::string::npos;
             at = text.find(placeholder, at + value.size())) {
            text.replace(at, placeholder.size(), value);
        }
    }
    return text;
}

}  // namespace navette::standin
