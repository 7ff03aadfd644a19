#include "outbound_message.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <pugixml.hpp>

#include <array>
#include <cstring>
#include <utility>

namespace navette::salesforce {

namespace {

namespace json = sdk::json;

constexpr std::string_view kNamespace = "http://soap.sforce.com/2005/09/outbound";

std::string_view local_name(const char* name) {
    const auto* const colon = std::strchr(name, ':');
    return colon == nullptr ? name : colon + 1;
}

/// The first child element of that name, whatever its prefix.
pugi::xml_node child(const pugi::xml_node& parent, std::string_view name) {
    for (const auto node : parent.children()) {
        if (node.type() == pugi::node_element && local_name(node.name()) == name) {
            return node;
        }
    }
    return {};
}

std::string_view attribute(const pugi::xml_node& node, std::string_view name) {
    for (const auto one : node.attributes()) {
        if (local_name(one.name()) == name) {
            return one.value();
        }
    }
    return {};
}

struct Message {
    pugi::xml_document document;
    pugi::xml_node notifications;
};

/// Reads the envelope. A document type is refused: Salesforce sends none, and it could declare entities.
std::expected<void, std::string> read(const std::string& body, Message& message) {
    constexpr unsigned int kOptions = pugi::parse_default | pugi::parse_doctype;
    const auto result = message.document.load_buffer(body.data(), body.size(), kOptions, pugi::encoding_utf8);
    if (!result) {
        return std::unexpected("the body is no XML: " + std::string(result.description()));
    }
    for (const auto node : message.document.children()) {
        if (node.type() == pugi::node_doctype) {
            return std::unexpected("the body declares a document type, which an outbound message never does");
        }
    }
    const auto soap_body = child(child(message.document, "Envelope"), "Body");
    message.notifications = child(soap_body, "notifications");
    if (!message.notifications) {
        return std::unexpected("the body is no outbound message: there is no Envelope/Body/notifications");
    }
    if (attribute(message.notifications, "xmlns") != kNamespace &&
        std::string_view(message.notifications.name()).find(':') == std::string_view::npos) {
        return std::unexpected("notifications is not in the namespace of outbound messages");
    }
    return {};
}

/// "Contact" of xsi:type="sf:Contact".
std::string type_of(const pugi::xml_node& record) {
    const auto type = attribute(record, "type");
    return std::string(type.substr(type.find(':') == std::string_view::npos ? 0 : type.find(':') + 1));
}

std::string_view object_of(std::string_view type) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kTypes{
        {{"Contact", "contact"},
         {"Lead", "lead"},
         {"Account", "company"},
         {"Opportunity", "deal"},
         {"Task", "call"}}
    };
    for (const auto& [name, object] : kTypes) {
        if (name == type) {
            return object;
        }
    }
    return {};
}

json::object fields_of(const pugi::xml_node& record) {
    json::object fields;
    for (const auto node : record.children()) {
        if (node.type() == pugi::node_element) {
            const bool is_nil = attribute(node, "nil") == "true";
            fields[local_name(node.name())] = is_nil ? json::value() : json::value(node.child_value());
        }
    }
    return fields;
}

std::expected<sdk::WebhookEvent, std::string> event_of(
    const pugi::xml_node& notification, const std::string& account
) {
    const auto record = child(notification, "sObject");
    const std::string id = child(notification, "Id").child_value();
    if (id.empty() || !record) {
        return std::unexpected("a notification holds no Id or no sObject");
    }
    const auto type = type_of(record);
    sdk::WebhookEvent event;
    event.deduplication_key = id.substr(0, 100);
    event.account = account;
    event.event_type = "notification." + type.substr(0, 64);
    event.fields = fields_of(record);
    event.remote_id = full_id(sdk::text_at(event.fields, "Id"));
    event.object = event.remote_id.empty() ? "" : std::string(object_of(type));
    event.deleted = sdk::text_at(event.fields, "IsDeleted") == "true";
    for (const auto* name : {"SystemModstamp", "LastModifiedDate"}) {
        if (!event.occurred_at) {
            event.occurred_at = sdk::from_loose_iso_text(sdk::text_at(event.fields, name));
        }
    }
    return event;
}

}  // namespace

std::string full_id(std::string_view id) {
    constexpr std::string_view kCode = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    std::string full(id);
    if (id.size() != 15) {
        return full;
    }
    for (std::size_t block = 0; block < 3; ++block) {
        unsigned bits = 0;
        for (std::size_t at = 0; at < 5; ++at) {
            const char c = id[block * 5 + at];
            bits |= (c >= 'A' && c <= 'Z' ? 1U : 0U) << at;
        }
        full += kCode[bits];
    }
    return full;
}

sdk::WebhookVerdict verify_message(const sdk::WebhookRequest& request, const sdk::WebhookKeys& keys) {
    const auto token = sdk::query_value(request.path, "token");
    bool knows_secret = false;
    for (const auto& secret : keys.secrets) {
        const bool fits = !secret.empty() && sdk::equal_in_constant_time(token, secret);
        knows_secret = knows_secret || fits;
    }
    if (!knows_secret) {
        return {false, "the address of the webhook carries no valid secret as token"};
    }
    // The secret proves the sender, not the customer: one address may have been entered into several
    // organisations.
    const auto ours = full_id(sdk::text_at(keys.settings, "organization_id"));
    if (ours.empty()) {
        return {false, "organization_id is not set, without which no message can be told from another's"};
    }
    Message message;
    if (auto readable = read(request.body, message); !readable) {
        return {false, std::move(readable.error())};
    }
    const auto theirs = full_id(child(message.notifications, "OrganizationId").child_value());
    if (!sdk::equal_in_constant_time(theirs, ours)) {
        return {false, "it comes from another organisation than organization_id"};
    }
    return {true, ""};
}

std::expected<std::vector<sdk::WebhookEvent>, std::string> parse_message(const sdk::WebhookRequest& request) {
    Message message;
    if (auto readable = read(request.body, message); !readable) {
        return std::unexpected(std::move(readable.error()));
    }
    const auto account = full_id(child(message.notifications, "OrganizationId").child_value());
    if (account.empty()) {
        return std::unexpected("the message names no OrganizationId");
    }
    std::vector<sdk::WebhookEvent> events;
    for (const auto node : message.notifications.children()) {
        if (node.type() == pugi::node_element && local_name(node.name()) == "Notification") {
            auto event = event_of(node, account);
            if (!event) {
                return std::unexpected(std::move(event.error()));
            }
            events.push_back(std::move(*event));
        }
    }
    if (events.empty()) {
        return std::unexpected("the message holds no Notification");
    }
    return events;
}

sdk::WebhookReply acknowledgement() {
    return {
        200,
        "text/xml; charset=utf-8",
        R"(<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>)"
        R"(<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack>)"
        R"(</notificationsResponse></soapenv:Body></soapenv:Envelope>)"
    };
}

}  // namespace navette::salesforce
