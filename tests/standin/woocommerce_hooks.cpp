#include "tests/standin/woocommerce_hooks.hpp"

#include <navette/sdk/signature.hpp>

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::standin::woocommerce {

namespace {

constexpr std::string_view kReachable = "http://127.0.0.1:";
constexpr std::int64_t kLongestSilence = 1000;  // milliseconds: no answer by then is a failure
constexpr std::int64_t kMostFailures = 5;

bool is_topic(std::string_view topic) {
    constexpr std::array<std::string_view, 4> kResources{"coupon", "customer", "order", "product"};
    constexpr std::array<std::string_view, 4> kEvents{"created", "updated", "deleted", "restored"};
    const auto dot = topic.find('.');
    const auto resource = topic.substr(0, dot);
    const auto event = dot == std::string_view::npos ? std::string_view() : topic.substr(dot + 1);
    return std::ranges::find(kResources, resource) != kResources.end() &&
           std::ranges::find(kEvents, event) != kEvents.end() &&
           !(resource == "customer" && event == "restored");
}

Refusal unknown(unsigned status) {
    return {status, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.", {}};
}

const ListRules& list_rules() {
    static const ListRules kRules{{"date", "id", "title"}, "date"};
    return kRules;
}

}  // namespace

json::object Hooks::shown(const JsonRow& row) const {
    json::object object{{"id", std::stoll(row.id)}};
    for (const auto& [name, value] : row.fields) {
        if (!std::string_view(name).starts_with("__")) {
            object[name] = value;
        }
    }
    object["date_created_gmt"] = Shop::gmt(row.created);
    object["date_modified_gmt"] = Shop::gmt(row.modified);
    return object;
}

std::optional<Refusal> Hooks::write(json::object& fields, const json::object& body) {
    if (body.contains("topic")) {
        const auto topic = text_of(body, "topic");
        if (!is_topic(topic)) {
            return Refusal{
                400,
                "woocommerce_rest_shop_webhook_invalid_topic",
                "Webhook topic is required and must be valid.",
                {}
            };
        }
        const auto dot = topic.find('.');
        fields["topic"] = topic;
        fields["resource"] = topic.substr(0, dot);
        fields["event"] = topic.substr(dot + 1);
    }
    if (body.contains("delivery_url")) {
        const auto url = text_of(body, "delivery_url");
        if (!url.starts_with("http://") && !url.starts_with("https://")) {
            return Refusal{
                400,
                "woocommerce_rest_shop_webhook_invalid_delivery_url",
                "Webhook delivery URL must be a valid URL starting with http:// or https://.",
                {}
            };
        }
        fields["delivery_url"] = url;
    }
    if (body.contains("status")) {
        const auto status = text_of(body, "status");
        if (status != "active" && status != "paused" && status != "disabled") {
            return invalid_parameter(
                "status", "status is not one of active, paused, and disabled.", "rest_not_in_enum"
            );
        }
        fields["status"] = status;
    }
    if (body.contains("name")) {
        fields["name"] = kept_name(text_of(body, "name"));
    }
    if (body.contains("secret")) {
        fields["__secret"] = text_of(body, "secret");
    }
    return std::nullopt;
}

Checked<JsonRow*> Hooks::create(const json::object& body) {
    json::object fields{
        {"name", "Webhook created on a day"},
        {"status", "active"},
        {"topic", ""},
        {"resource", ""},
        {"event", ""},
        {"delivery_url", ""},
        {"__secret", std::string(50, '?')},  // made up by the shop, and told to nobody
        {"__failures", 0},
    };
    auto complete = body;
    complete.insert_or_assign("topic", text_of(body, "topic"));
    complete.insert_or_assign("delivery_url", text_of(body, "delivery_url"));
    if (auto refusal = write(fields, complete)) {
        return std::unexpected(std::move(*refusal));
    }
    return &rows_.insert(std::move(fields), shop_.clock.tick());
}

void Hooks::post(const JsonRow& row, Delivery delivery) {
    if (delivery.url.starts_with(kReachable)) {
        posted_.push_back({row.id, shop_.clock.present(), delivery.topic == "ping"});
        outbox_.post(std::move(delivery));
    }
}

void Hooks::ping(const JsonRow& row) {
    if (text_of(row.fields, "status") == "active") {
        // What comes of it is thrown away.
        post(
            row,
            {text_of(row.fields, "delivery_url"),
             {{"Content-Type", "application/x-www-form-urlencoded"}},
             "webhook_id=" + row.id,
             "ping"}
        );
    }
}

void Hooks::deliver(const Change& change) {
    const auto topic = change.resource + "." + change.event;
    for (const auto* hook : rows_.all()) {
        if (text_of(hook->fields, "topic") != topic || text_of(hook->fields, "status") != "active") {
            continue;
        }
        auto body = php_json(change.shown);
        const auto signature = sdk::base64(sdk::hmac_sha256(text_of(hook->fields, "__secret"), body));
        // One id for all that the webhook delivers within a second, as in WooCommerce.
        const auto id = sdk::fingerprint(hook->id + ":" + std::to_string(shop_.clock.present() / 1000));
        post(
            *hook,
            {text_of(hook->fields, "delivery_url"),
             {{"Content-Type", "application/json"},
              {"User-Agent", "WooCommerce/9.9.5 Hookshot (WordPress/6.8.3)"},
              {"X-WC-Webhook-Source", shop_.home + "/"},
              {"X-WC-Webhook-Topic", topic},
              {"X-WC-Webhook-Resource", change.resource},
              {"X-WC-Webhook-Event", change.event},
              {"X-WC-Webhook-Signature", signature},
              {"X-WC-Webhook-ID", hook->id},
              {"X-WC-Webhook-Delivery-ID", id}},
             std::move(body),
             topic}
        );
    }
}

void Hooks::count_failure(JsonRow& row) {
    auto& failures = row.fields["__failures"];
    if (failures.get_int64() > kMostFailures) {
        row.fields["status"] = "disabled";
    } else {
        failures = failures.get_int64() + 1;
    }
}

void Hooks::judge() {
    const auto report = outbox_.report();
    for (std::size_t at = 0; at < std::min(report.size(), posted_.size()); ++at) {
        auto& posted = posted_[at];
        const auto status = report[at].at("status").to_number<unsigned>();
        const bool is_over = status != 0 || shop_.clock.present() - posted.at > kLongestSilence;
        if (posted.is_judged || !is_over) {
            continue;
        }
        posted.is_judged = true;
        auto* hook = rows_.find(posted.hook);
        if (hook == nullptr) {
            continue;
        }
        if (status >= 200 && status <= 302) {
            hook->fields["__failures"] = 0;
        } else {
            count_failure(*hook);
        }
    }
}

void Hooks::fail_all(int times) {
    for (auto* hook : rows_.all()) {
        for (int time = 0; time < times; ++time) {
            count_failure(*hook);
        }
    }
}

void Hooks::subscribe_all(const std::string& url, const std::string& secret) {
    for (const auto* resource : {"customer", "product", "order"}) {
        for (const auto* event : {"created", "updated", "deleted"}) {
            (void)create(
                {{"topic", std::string(resource) + "." + event}, {"delivery_url", url}, {"secret", secret}}
            );
        }
    }
}

void Hooks::clear() {
    rows_.clear();
    posted_.clear();
}

Response Hooks::answer(const Call& call) {
    judge();
    const auto body = call.body.is_object() ? call.body.get_object() : json::object();
    if (call.path.empty() && call.method == "GET") {
        const auto status = parameter(call.query, "status", "all");
        const auto listing = listed(
            rows_.all([&](const JsonRow& row) {
                return status == "all" || text_of(row.fields, "status") == status;
            }),
            call.query,
            list_rules(),
            shop_
        );
        if (!listing) {
            return error_answer(listing.error());
        }
        json::array all;
        for (const auto* row : listing->rows) {
            all.push_back(with_fields(shown(*row), call.query));
        }
        return list_answer(std::move(all), *listing);
    }
    if (call.path.empty()) {
        const auto row = create(body);
        if (!row) {
            return error_answer(row.error());
        }
        ping(**row);
        return json_answer(shown(**row), 201);
    }
    auto* row = rows_.find(call.path.front());
    if (row == nullptr) {
        return error_answer(unknown(call.method == "GET" ? 404 : 400));
    }
    if (call.method == "DELETE") {
        const auto force = parameter(call.query, "force");
        if (force != "true" && force != "1") {
            return error_answer(
                {501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.", {}}
            );
        }
        auto answered = shown(*row);
        rows_.erase(row->id, shop_.clock.tick());
        return json_answer(answered);
    }
    if (call.method != "GET") {
        const auto before = row->fields;
        if (auto refusal = write(row->fields, body)) {
            return error_answer(*refusal);
        }
        row->modified = shop_.clock.tick();
        if (before.at("delivery_url") != row->fields.at("delivery_url") ||
            before.at("status") != row->fields.at("status")) {
            ping(*row);
        }
    }
    return json_answer(shown(*row));
}

}  // namespace navette::standin::woocommerce
