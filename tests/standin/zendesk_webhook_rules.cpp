#include "tests/standin/zendesk_webhook_rules.hpp"

#include "tests/standin/zendesk_account.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::array kRequired{"name", "endpoint", "http_method", "request_format", "status"};
constexpr std::array kOfOrganizations{
    "created", "custom_field_changed", "deleted", "external_id_changed", "name_changed", "tags_changed"
};
constexpr std::array kOfTickets{
    "agent_assignment_changed",
    "attachment_linked_to_comment",
    "attachment_redacted_from_comment",
    "brand_changed",
    "comment_added",
    "comment_made_private",
    "comment_redacted",
    "created",
    "custom_field_changed",
    "custom_status_changed",
    "description_changed",
    "email_ccs_changed",
    "external_id_changed",
    "followers_changed",
    "form_changed",
    "group_assignment_changed",
    "marked_as_spam",
    "merged",
    "organization_changed",
    "permanently_deleted",
    "priority_changed",
    "problem_link_changed",
    "requester_changed",
    "schedule_changed",
    "sla_policy_changed",
    "soft_deleted",
    "status_changed",
    "subject_changed",
    "submitter_changed",
    "tags_changed",
    "task_due_at_changed",
    "type_changed",
    "undeleted"
};
constexpr std::array kOfUsers{
    "active_changed",
    "alias_changed",
    "created",
    "custom_field_changed",
    "custom_role_changed",
    "default_group_changed",
    "deleted",
    "details_changed",
    "external_id_changed",
    "group_membership_created",
    "group_membership_deleted",
    "identity_changed",
    "identity_created",
    "identity_deleted",
    "last_login_changed",
    "merged",
    "name_changed",
    "notes_changed",
    "only_private_comments_changed",
    "organization_membership_created",
    "organization_membership_deleted",
    "password_changed",
    "photo_changed",
    "role_changed",
    "suspended_changed",
    "tags_changed",
    "time_zone_changed"
};

}  // namespace

const std::vector<std::string>& zendesk_known_topics() {
    static const auto topics = [] {
        std::vector<std::string> all;
        for (const auto* what : kOfOrganizations) {
            all.push_back(std::string(kZendeskEvent) + "organization." + what);
        }
        for (const auto* what : kOfUsers) {
            all.push_back(std::string(kZendeskEvent) + "user." + what);
        }
        for (const auto* what : kOfTickets) {
            all.push_back(std::string(kZendeskTicketEvent) + what);
        }
        return all;
    }();
    return topics;
}

std::string zendesk_webhook_fault(const json::object& webhook, bool has_ticket_events) {
    for (const char* name : kRequired) {
        if (text_of(webhook, name).empty()) {
            return std::string(name) + " is required";
        }
    }
    if (!text_of(webhook, "endpoint").starts_with("http")) {
        return "endpoint is not a valid URL";
    }
    const auto status = text_of(webhook, "status");
    if (status != "active" && status != "inactive") {
        return "status must be active or inactive";
    }
    const auto* topics = webhook.if_contains("subscriptions");
    if (topics == nullptr) {
        return {};
    }
    if (!topics->is_array()) {
        return "subscriptions must be an array";
    }
    bool conditional = false;
    for (const auto& topic : topics->get_array()) {
        const auto name = topic.is_string() ? std::string(topic.get_string()) : std::string();
        const bool is_known = std::ranges::count(zendesk_known_topics(), name) != 0 &&
                              (has_ticket_events || !name.starts_with(kZendeskTicketEvent));
        if (name != kZendeskConditional && !is_known) {
            return "subscriptions: " + name + " is not supported";
        }
        conditional = conditional || name == kZendeskConditional;
    }
    if (conditional && topics->get_array().size() > 1) {
        return "subscriptions: events cannot be mixed with " + std::string(kZendeskConditional);
    }
    const bool events = !conditional && !topics->get_array().empty();
    const bool posts =
        text_of(webhook, "http_method") == "POST" && text_of(webhook, "request_format") == "json";
    return events && !posts ? "event subscriptions need POST and json" : "";
}

}  // namespace navette::standin
