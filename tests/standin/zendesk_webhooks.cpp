#include "tests/standin/zendesk_webhooks.hpp"

#include "tests/standin/zendesk_listing.hpp"
#include "tests/standin/zendesk_trigger.hpp"
#include "tests/standin/zendesk_webhook_rules.hpp"

#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin {

namespace json = boost::json;

namespace {

json::object shown(const JsonRow& row) {
    json::object webhook{{"id", row.id}};
    for (const auto& [name, value] : row.fields) {
        if (!name.starts_with('_')) {
            webhook[name] = value;
        }
    }
    return webhook;
}

bool has_subscription(const JsonRow& webhook, std::string_view wanted) {
    const auto* topics = webhook.fields.if_contains("subscriptions");
    return topics != nullptr && topics->is_array() &&
           std::ranges::any_of(topics->get_array(), [&](const json::value& topic) {
               return topic.is_string() && topic.get_string() == wanted;
           });
}

}  // namespace

JsonRow& ZendeskWebhooks::add_webhook(json::object fields, const std::string& secret) {
    auto& row = webhooks_.insert(std::move(fields), account_.clock.tick());
    row.fields["_secret"] = secret.empty() ? sdk::base64(sdk::fingerprint("secret of " + row.id)) : secret;
    return row;
}

JsonRow& ZendeskWebhooks::add_trigger(json::object fields) {
    if (!fields.contains("active")) {
        fields["active"] = true;
    }
    return triggers_.insert(std::move(fields), account_.clock.tick());
}

Response ZendeskWebhooks::webhooks(const ZendeskCall& call) {
    if (call.is("GET", 1)) {
        json::array all;
        for (const auto* row : webhooks_.all()) {
            all.push_back(shown(*row));
        }
        return zendesk_page(call, "webhooks", std::move(all));
    }
    if (call.is("POST", 1)) {
        auto webhook = call.wrapped("webhook");
        if (const auto fault = zendesk_webhook_fault(webhook, has_ticket_events()); !fault.empty()) {
            return zendesk_errors(400, "InvalidWebhook", fault);
        }
        auto& row = add_webhook(std::move(webhook), "");
        account_.effects.created("webhooks", {{"endpoint", text_of(row.fields, "endpoint")}});
        return zendesk_record(201, "webhook", shown(row));
    }
    auto* row = call.path.size() >= 2 ? webhooks_.find(call.path[1]) : nullptr;
    if (row == nullptr) {
        return zendesk_errors(404, "WebhookNotFound", "The webhook does not exist");
    }
    if (call.is("GET", 2)) {
        return zendesk_record(200, "webhook", shown(*row));
    }
    if (call.path.size() == 3 && call.path[2] == "signing_secret") {
        if (call.method == "POST") {
            row->fields["_secret"] = sdk::base64(sdk::fingerprint("another of " + row->id));
        }
        return zendesk_record(
            200, "signing_secret", {{"algorithm", "SHA256"}, {"secret", row->fields.at("_secret")}}
        );
    }
    if (call.is("DELETE", 2)) {
        webhooks_.erase(row->id, account_.clock.tick());
        return {204, "application/json", ""};
    }
    if (call.is("PUT", 2) || call.is("PATCH", 2)) {
        auto fields = row->fields;
        for (const auto& [name, value] : call.wrapped("webhook")) {
            fields[name] = value;
        }
        // How a webhook is connected cannot be changed.
        const bool was = has_subscription(*row, kZendeskConditional);
        auto fault = zendesk_webhook_fault(fields, has_ticket_events());
        std::swap(fields, row->fields);
        if (fault.empty() && has_subscription(*row, kZendeskConditional) != was) {
            fault = "subscriptions: the connection method cannot be changed";
        }
        if (!fault.empty()) {
            std::swap(fields, row->fields);
            return zendesk_errors(400, "InvalidWebhook", fault);
        }
        account_.effects.changed("webhooks", "update");
        return {204, "application/json", ""};
    }
    return zendesk_no_endpoint();
}

std::optional<ZendeskFault> ZendeskWebhooks::fault_of_trigger(const json::object& trigger) {
    if (auto fault = zendesk_trigger_fault(trigger)) {
        return fault;
    }
    for (const auto& [webhook, body] : zendesk_notified_webhooks(trigger)) {
        const auto* row = webhooks_.find(webhook);
        if (row == nullptr || !has_subscription(*row, kZendeskConditional)) {
            return ZendeskFault{
                "base", "Webhook " + webhook + " was deleted or cannot be used", "InvalidValue"
            };
        }
    }
    return std::nullopt;
}

Response ZendeskWebhooks::triggers(const ZendeskCall& call) {
    if (call.is("GET", 1)) {
        json::array all;
        for (const auto* row : triggers_.all()) {
            all.push_back(ZendeskAccount::shown(*row));
        }
        return zendesk_page(call, "triggers", std::move(all));
    }
    auto* row = call.path.size() == 2 ? triggers_.find(call.path[1]) : nullptr;
    if (row == nullptr && !call.is("POST", 1)) {
        return zendesk_not_found();
    }
    if (call.is("GET", 2)) {
        return zendesk_record(200, "trigger", ZendeskAccount::shown(*row));
    }
    if (call.is("DELETE", 2)) {
        triggers_.erase(row->id, account_.clock.tick());
        return {204, "application/json", ""};
    }
    auto trigger = row == nullptr ? json::object() : row->fields;
    for (const auto& [name, value] : call.wrapped("trigger")) {
        trigger[name] = value;
    }
    if (const auto fault = fault_of_trigger(trigger)) {
        return zendesk_invalid({*fault});
    }
    if (row == nullptr) {
        row = &add_trigger(std::move(trigger));
        account_.effects.created("triggers", {{"title", text_of(row->fields, "title")}});
        return zendesk_record(201, "trigger", ZendeskAccount::shown(*row));
    }
    row->fields = std::move(trigger);
    account_.effects.changed("triggers", "update");
    return zendesk_record(200, "trigger", ZendeskAccount::shown(*row));
}

std::optional<Response> ZendeskWebhooks::answer(const ZendeskCall& call) {
    const bool of_webhooks = call.path.front() == "webhooks";
    if (!of_webhooks && call.path.front() != "triggers") {
        return std::nullopt;
    }
    if (!account_.options.flag("triggers", true)) {
        return of_webhooks ? zendesk_errors(403, "Forbidden", "You do not have access to webhooks")
                           : zendesk_titled_error(403, "Forbidden", "You do not have access to this page");
    }
    return of_webhooks ? webhooks(call) : triggers(call);
}

void ZendeskWebhooks::send(const JsonRow& webhook, std::string topic, std::string body) {
    const auto time = zendesk_time(account_.clock.present());
    const auto secret = text_of(webhook.fields, "_secret");
    Delivery delivery;
    delivery.url = text_of(webhook.fields, "endpoint");
    delivery.topic = std::move(topic);
    delivery.headers = {
        {"Content-Type", "application/json; charset=utf-8"},
        {"User-Agent", "Zendesk Webhook"},
        {"X-Zendesk-Account-Id", account_.options.text("account_id", "12514403")},
        {"X-Zendesk-Webhook-Id", webhook.id},
        {"X-Zendesk-Webhook-Invocation-Id", "01INVOCATION" + std::to_string(++last_invocation_)},
        {"X-Zendesk-Webhook-Signature-Timestamp", time},
        {"X-Zendesk-Webhook-Signature", sdk::base64(sdk::hmac_sha256(secret, time + body))},
    };
    delivery.body = std::move(body);
    outbox_.post(std::move(delivery));
}

void ZendeskWebhooks::tell(const ZendeskEvent& event) {
    // Triggers run once for each change, and not for deletes; events are told one for each field.
    if (event.kind == "ticket" && (event.what == "created" || event.what == "updated")) {
        run_triggers(event);
    }
    if (event.what != "updated") {
        tell_subscribers(event);
    }
}

void ZendeskWebhooks::tell_subscribers(const ZendeskEvent& event) {
    const auto type = std::string(kZendeskEvent) + event.kind + "." + event.what;
    // Ids are texts in events, and numbers everywhere else.
    json::object detail{
        {"id", event.row->id},
        {"external_id", text_of(event.row->fields, "external_id")},
        {"created_at", zendesk_time(event.row->created)},
        {"updated_at", zendesk_time(event.row->modified)}
    };
    const json::object body{
        {"type", type},
        {"account_id", account_.options.number("account_id", 12'514'403)},
        {"id", "00000000-0000-4000-8000-" + sdk::fingerprint(std::to_string(++last_event_)).substr(0, 12)},
        {"time", zendesk_time(account_.clock.present())},
        {"zendesk_event_version", "2022-06-20"},
        {"subject", "zen:" + event.kind + ":" + event.row->id},
        {"detail", std::move(detail)},
        {"event", event.change}
    };
    for (const auto* webhook : webhooks_.all()) {
        if (text_of(webhook->fields, "status") == "active" && has_subscription(*webhook, type)) {
            send(*webhook, type, json::serialize(body));
        }
    }
}

void ZendeskWebhooks::run_triggers(const ZendeskEvent& event) {
    for (const auto* trigger : triggers_.all()) {
        if (!zendesk_trigger_fires(trigger->fields, *event.row, event.what == "created")) {
            continue;
        }
        for (const auto& [id, body] : zendesk_notified_webhooks(trigger->fields)) {
            const auto* webhook = webhooks_.find(id);
            if (webhook != nullptr && text_of(webhook->fields, "status") == "active") {
                send(*webhook, std::string(kZendeskConditional), zendesk_rendered(body, *event.row));
            }
        }
    }
}

void ZendeskWebhooks::subscribe_all(const std::string& url, const std::string& secret) {
    json::object fields{
        {"name", "of a test"},
        {"endpoint", url},
        {"http_method", "POST"},
        {"request_format", "json"},
        {"status", "active"}
    };
    json::array topics;
    for (const auto& topic : zendesk_known_topics()) {
        topics.push_back(json::value(topic));
    }
    auto conditional = fields;
    fields["subscriptions"] = std::move(topics);
    add_webhook(std::move(fields), secret);
    conditional["subscriptions"] = json::array{json::value(kZendeskConditional)};
    const auto id = add_webhook(std::move(conditional), secret).id;
    const json::value body =
        R"({"id":"{{ticket.id}}","external_id":"{{ticket.external_id}}","status":"{{ticket.status}}",)"
        R"("updated_at":"{{ticket.updated_at_with_timestamp}}"})";
    json::object action{{"field", "notification_webhook"}};
    action["value"] = json::array{json::value(id), body};
    json::object trigger{{"title", "of a test"}};
    trigger["actions"] = json::array{json::value(std::move(action))};
    trigger["conditions"] = json::object{
        {"all", json::array()},
        {"any",
         json::array{
             json::object{{"field", "status"}, {"operator", "changed"}},
             json::object{{"field", "status"}, {"operator", "not_changed"}}
         }}
    };
    add_trigger(std::move(trigger));
}

void ZendeskWebhooks::switch_off() {
    for (auto* webhook : webhooks_.all()) {
        webhook->fields["status"] = "inactive";
    }
}

void ZendeskWebhooks::clear() {
    webhooks_.clear();
    triggers_.clear();
}

}  // namespace navette::standin
