#include "tests/standin/pipedrive_webhooks.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace navette::standin::pipedrive {

namespace {

constexpr std::size_t kMost = 40;

std::string name_of(Change::Action action) {
    switch (action) {
        case Change::Action::created:
            return "create";
        case Change::Action::changed:
            return "change";
        case Change::Action::removed:
            break;
    }
    return "delete";
}

bool asks_for(const std::string& wanted, const std::string& what) {
    return wanted == "*" || wanted == what;
}

std::string uuid_of(std::int64_t number) {
    auto text = sdk::fingerprint("event " + std::to_string(number));
    for (const std::size_t at : {20U, 16U, 12U, 8U}) {
        text.insert(at, "-");
    }
    return text;
}

json::object show(const JsonRow& row) {
    json::object shown{
        {"id", number_of(row.id)},
        {"company_id", kCompanyId},
        {"owner_id", kUserId},
        {"user_id", kUserId},
        {"type", "general"},
        {"remove_time", nullptr},
        {"remove_reason", nullptr},
        {"last_delivery_time", nullptr},
        {"last_http_status", nullptr}
    };
    for (const auto& [name, value] : row.fields) {
        shown[name] = value;
    }
    shown["add_time"] = wire_time(row.created);
    return shown;
}

bool is_address(const std::string& url) {
    return (url.starts_with("https://") || url.starts_with("http://")) &&
           url.find(".pipedrive.com/api") == std::string::npos;
}

}  // namespace

Response Webhooks::make(const json::object& body) {
    static const std::set<std::string> actions{"create", "change", "delete", "*"};
    static const std::set<std::string> objects{
        "activity",
        "deal",
        "lead",
        "note",
        "organization",
        "person",
        "pipeline",
        "product",
        "stage",
        "user",
        "*"
    };
    const auto url = sdk::text_at(body, "subscription_url");
    if (!is_address(url)) {
        return refused_field(400, "subscription_url", "invalid or non-reachable URL");
    }
    const auto action = sdk::text_at(body, "event_action");
    if (!actions.contains(action)) {
        return refused_field(400, "event_action", "must be one of create, change, delete, *");
    }
    const auto object = sdk::text_at(body, "event_object");
    if (!objects.contains(object)) {
        return refused_field(400, "event_object", "is not a known object");
    }
    if (sdk::text_at(body, "name").empty()) {
        return refused_field(400, "name", "is required");
    }
    auto& table = environment_.table("webhooks");
    if (table.size() >= kMost) {
        return refused_field(400, "user_id", "the limit of 40 webhooks for a user has been reached");
    }
    json::object hook{
        {"subscription_url", url},
        {"event_action", action},
        {"event_object", object},
        {"name", sdk::text_at(body, "name")},
        {"version", body.contains("version") ? sdk::text_at(body, "version") : std::string("2.0")},
        {"is_active", 1},
        {"http_auth_user", nullptr},
        {"http_auth_password", nullptr}
    };
    for (const auto* name : {"http_auth_user", "http_auth_password"}) {
        if (const auto text = sdk::text_at(body, name); !text.empty()) {
            hook[name] = text;
        }
    }
    const auto& row = table.insert(std::move(hook), environment_.clock.tick());
    environment_.effects.created("webhooks", {{"topic", action + "." + object}});
    auto answer = success(show(row), nullptr, 201);
    answer.body.insert(1, R"("status":"ok",)");
    return answer;
}

Response Webhooks::answer(const Call& call) {
    auto& table = environment_.table("webhooks");
    if (call.path.size() == 1 && call.method == "POST") {
        return make(call.body);
    }
    if (call.path.size() == 1 && call.method == "GET") {
        json::array hooks;
        for (const auto* row : table.all()) {
            hooks.emplace_back(show(*row));
        }
        auto answer = success(std::move(hooks));
        answer.body.insert(1, R"("status":"ok",)");
        return answer;
    }
    if (call.path.size() == 2 && call.method == "DELETE") {
        if (!table.erase(call.path[1], environment_.clock.tick())) {
            return refused_field(404, "id", "not found");
        }
        environment_.effects.changed("webhooks", "delete");
        return {200, "application/json; charset=utf-8", R"({"status":"ok","success":true})"};
    }
    return unknown_method();
}

json::object Webhooks::meta_of(const Change& change, const JsonRow& subscription) {
    const auto now = environment_.clock.tick();
    auto time = wire_time(now);
    const auto fraction = std::to_string(1000 + now % 1000).substr(1);
    time.insert(time.size() - 1, "." + fraction);
    const auto user = std::to_string(kUserId);
    return {
        {"action", name_of(change.action)},
        {"entity", change.entity},
        {"entity_id", change.id},
        {"company_id", std::to_string(kCompanyId)},
        {"id", uuid_of(now)},
        {"correlation_id", uuid_of(-now)},
        {"timestamp", time},
        {"attempt", 1},
        {"type", "general"},
        {"version", "2.0"},
        {"change_source", change.by_api ? "api" : "app"},
        {"user_id", user},
        {"webhook_id", subscription.id},
        {"webhook_owner_id", user},
        {"host", environment_.options.text("company", "acme") + ".pipedrive.com"},
        {"is_bulk_edit", false},
        {"permitted_user_ids", json::array{user}}
    };
}

void Webhooks::send(const Change& change) {
    for (const auto* row : environment_.table("webhooks").all()) {
        const auto& hook = row->fields;
        if (hook.at("is_active") != json::value(1) ||
            !asks_for(sdk::text_at(hook, "event_action"), name_of(change.action)) ||
            !asks_for(sdk::text_at(hook, "event_object"), change.entity)) {
            continue;
        }
        const bool is_removal = change.action == Change::Action::removed;
        const bool is_creation = change.action == Change::Action::created;
        const json::object body{
            {"meta", meta_of(change, *row)},
            {"data", is_removal ? json::value() : json::value(change.now)},
            {"previous", is_creation ? json::value() : json::value(change.previous)}
        };
        Delivery delivery;
        delivery.url = sdk::text_at(hook, "subscription_url");
        delivery.headers = {{"Content-Type", "application/json"}, {"User-Agent", "Pipedrive Webhooks"}};
        if (auto user = sdk::text_at(hook, "http_auth_user"); !user.empty()) {
            user.append(":").append(sdk::text_at(hook, "http_auth_password"));
            delivery.headers.emplace_back("Authorization", "Basic " + sdk::base64(user));
        }
        delivery.body = json::serialize(body);
        delivery.topic = name_of(change.action) + "." + change.entity;
        outbox_.post(std::move(delivery));
    }
}

void Webhooks::subscribe(const std::string& url, const std::string& user, const std::string& password) {
    environment_.table("webhooks")
        .insert(
            {{"subscription_url", url},
             {"event_action", "*"},
             {"event_object", "*"},
             {"name", "test"},
             {"version", "2.0"},
             {"is_active", 1},
             {"http_auth_user", user},
             {"http_auth_password", password}},
            environment_.clock.tick()
        );
}

void Webhooks::switch_off() {
    for (auto* row : environment_.table("webhooks").all()) {
        row->fields["is_active"] = 0;
    }
}

}  // namespace navette::standin::pipedrive
