#include "tests/standin/shopify_shop.hpp"

#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::string_view kDeliverable = "http://127.0.0.1:";

std::function<std::string(std::uint64_t)> ids_of(const std::string& type, std::uint64_t first) {
    return [type, first](std::uint64_t number) {
        return "gid://shopify/" + type + "/" + std::to_string(first + number);
    };
}

std::string padded(std::int64_t number) {
    const auto digits = std::to_string(number);
    return std::string(20 - std::min<std::size_t>(20, digits.size()), '0') + digits;
}

/// "ORDERS_CREATE" of "orders/create".
std::string topic_name(const std::string& topic) {
    std::string name;
    for (const char c : topic) {
        name += c == '/' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    }
    return name;
}

}  // namespace

ShopifyShop::ShopifyShop(const SiteParts& parts)
    : options(parts.options),
      effects(parts.effects),
      customers(ids_of("Customer", 7'000'000'000)),
      products(ids_of("Product", 8'000'000'000)),
      orders(ids_of("Order", 5'000'000'000)),
      drafts(ids_of("DraftOrder", 1'000'000'000)),
      subscriptions(ids_of("WebhookSubscription", 1'200'000'000)),
      events(ids_of("BasicEvent", 100'000'000)),
      outbox_(parts.outbox) {}

json::array ShopifyShop::nodes(const Kind& kind, const json::object& arguments) {
    const auto* query = arguments.if_contains("query");
    const auto* sort = arguments.if_contains("sortKey");
    const bool by_time = sort != nullptr && sort->is_string() && sort->get_string() == "UPDATED_AT";
    const Search search(query != nullptr && query->is_string() ? std::string(query->get_string()) : "");
    const auto indexed = clock.present() - options.number("search_lag_ms", 0);
    const bool searches = query != nullptr && query->is_string();
    auto rows = kind.table.all([&](const JsonRow& row) {
        return !searches || (row.modified <= indexed && search.matches(kind.search(row)));
    });
    if (by_time) {
        std::ranges::sort(rows, {}, &JsonRow::modified);
    }
    json::array found;
    for (auto* row : rows) {
        auto full = kind.full(*this, *row);
        full["__cursor"] = (by_time ? padded(row->modified) : "") + padded(shopify_number(row->id));
        found.push_back(std::move(full));
    }
    return found;
}

void ShopifyShop::created(JsonRow& row, const std::string& kind, const RecordKeys& keys) {
    effects.created(kind, keys);
    tell(kind, "create", row);
}

void ShopifyShop::changed(JsonRow& row, const std::string& kind, const std::string& action) {
    row.modified = clock.tick();
    effects.changed(kind, action);
    tell(kind, kind == "orders" ? "updated" : "update", row);
}

bool ShopifyShop::erase(JsonTable& table, const std::string& id, const std::string& kind) {
    if (!table.erase(id, clock.tick())) {
        return false;
    }
    effects.changed(kind, "delete");
    json::object event{{"subjectId", id}};
    event["subjectType"] = kind == "customers"  ? "CUSTOMER"
                           : kind == "products" ? "PRODUCT"
                           : kind == "orders"   ? "ORDER"
                                                : "DRAFT_ORDER";
    events.insert(std::move(event), clock.tick());
    tell(kind, "delete", *table.find_any(id));
    return true;
}

void ShopifyShop::tell(const std::string& kind, const std::string& what, const JsonRow& row) {
    const auto topic = kind + "/" + what;
    const auto body = json::serialize(
        what == "delete" ? json::object{{"id", shopify_number(row.id)}} : shopify_webhook_body(kind, row)
    );
    for (const auto& listener : listeners_) {
        send(listener.url, listener.secret, topic, body);
    }
    for (auto* subscription : subscriptions.all()) {
        if (subscription->fields.at("topic").as_string() == topic_name(topic)) {
            send(
                std::string(subscription->fields.at("uri").as_string()),
                options.text("client_secret", "client-secret-1"),
                topic,
                body
            );
        }
    }
}

void ShopifyShop::tell_everything(std::string url, std::string secret) {
    listeners_.push_back({std::move(url), std::move(secret)});
}

void ShopifyShop::send(
    const std::string& url, const std::string& secret, const std::string& topic, const std::string& body
) {
    if (!url.starts_with(kDeliverable)) {
        return;
    }
    ++deliveries_;
    const auto number = std::to_string(deliveries_);
    Delivery delivery;
    delivery.url = url;
    delivery.topic = topic;
    delivery.body = body;
    delivery.headers = {
        {"Content-Type", "application/json"},
        {"X-Shopify-Topic", topic},
        {"X-Shopify-Hmac-Sha256", sdk::base64(sdk::hmac_sha256(secret, body))},
        {"X-Shopify-Shop-Domain", options.text("shop", "navette-test") + ".myshopify.com"},
        {"X-Shopify-API-Version", "2026-10"},
        {"X-Shopify-Webhook-Id", "b54557e4-bdd9-4b37-8a5f-" + std::string(12 - number.size(), '0') + number},
        {"X-Shopify-Event-Id", "98880550-7158-44d4-b7cd-" + std::string(12 - number.size(), '0') + number},
        {"X-Shopify-Triggered-At", shopify_time(clock.present())},
    };
    outbox_.post(std::move(delivery));
}

bool ShopifyShop::keeps_unique(const std::string& owner_type, const json::value& metafield) const {
    const auto text = [&](const char* name) {
        const auto* value = metafield.as_object().if_contains(name);
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    return definitions.contains(owner_type + " " + text("namespace") + "." + text("key"));
}

JsonRow* ShopifyShop::find_by_custom_id(
    JsonTable& table, const std::string& owner_type, const json::object& custom_id
) {
    if (!keeps_unique(owner_type, custom_id)) {
        throw ShopifyError(
            "Metafield definition of type 'id' is required when using custom ids.", "NOT_FOUND"
        );
    }
    return table.find_by("key", std::string(custom_id.at("value").as_string()));
}

std::string ShopifyShop::next_id(const std::string& kind) {
    return "gid://shopify/" + kind + "/" + std::to_string(40'000'000'000 + ++last_ids_[kind]);
}

void ShopifyShop::clear() {
    for (auto* table : {&customers, &products, &orders, &drafts, &subscriptions, &events}) {
        table->clear();
    }
    bulk.clear();
    definitions.clear();
    idempotent.clear();
    listeners_.clear();
    last_ids_.clear();
}

std::int64_t shopify_number(std::string_view global_id) {
    const auto slash = global_id.rfind('/');
    return slash == std::string_view::npos ? 0 : std::stoll(std::string(global_id.substr(slash + 1)));
}

json::object shopify_user_error(
    const std::vector<std::string>& field, const std::string& message, std::string_view code
) {
    json::object made;
    made["field"] = field.empty() ? json::value() : json::value_from(field);
    made["message"] = message;
    if (!code.empty()) {
        made["code"] = code;
    }
    return made;
}

bool shopify_set(json::object& fields, std::string_view name, json::value value) {
    const auto* held = fields.if_contains(name);
    if (held != nullptr ? *held == value : value.is_null()) {
        return false;
    }
    fields[name] = std::move(value);
    return true;
}

}  // namespace navette::standin
