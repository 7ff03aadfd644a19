// What the resolvers share of payloads, money and metafields; and the bodies of webhooks.
#include "tests/standin/shopify_resolvers.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

std::string amount_text(std::int64_t cents) {
    const auto rest = std::to_string(cents % 100);
    return std::to_string(cents / 100) + "." + (rest.size() < 2 ? "0" + rest : rest);
}

/// The REST API's name of a kind, as in global ids.
std::string_view type_of(const std::string& kind) {
    if (kind == "customers") {
        return "Customer";
    }
    if (kind == "products") {
        return "Product";
    }
    return kind == "orders" ? "Order" : "DraftOrder";
}

void copy(const json::object& from, const char* name, json::object& to, const char* new_name) {
    const auto* value = from.if_contains(name);
    to[new_name] = value == nullptr ? json::value() : *value;
}

json::array lines_of(const JsonRow& row) {
    json::array lines;
    const auto* held = row.fields.if_contains("lines");
    for (const auto& line : held == nullptr ? json::array() : held->as_array()) {
        json::object made;
        copy(line.as_object(), "title", made, "title");
        copy(line.as_object(), "sku", made, "sku");
        copy(line.as_object(), "quantity", made, "quantity");
        made["price"] = amount_text(line.at("cents").as_int64());
        lines.push_back(std::move(made));
    }
    return lines;
}

}  // namespace

std::string shopify_text(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

json::value shopify_member(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? json::value() : *value;
}

json::object shopify_payload(std::string_view name, json::value value) {
    json::object payload;
    payload[name] = std::move(value);
    payload["userErrors"] = json::array();
    return payload;
}

json::object shopify_refusal(std::string_view name, json::array errors) {
    json::object payload;
    payload[name] = nullptr;
    payload["userErrors"] = std::move(errors);
    return payload;
}

json::object shopify_refusal(std::string_view name, json::object error) {
    json::array errors;
    errors.emplace_back(std::move(error));
    return shopify_refusal(name, std::move(errors));
}

json::object shopify_money(std::int64_t cents, const std::string& currency) {
    json::object money;
    // As Shopify writes decimals: "25.0", "9.99".
    auto text = amount_text(cents);
    if (text.ends_with("0")) {
        text.pop_back();
    }
    money["amount"] = text;
    money["currencyCode"] = currency;
    json::object bag;
    bag["shopMoney"] = std::move(money);
    return bag;
}

std::int64_t shopify_cents(const json::value& amount) {
    const auto text = amount.is_string() ? std::string(amount.get_string()) : json::serialize(amount);
    return std::llround(std::strtod(text.c_str(), nullptr) * 100);
}

json::array claim_metafields(
    ShopifyShop& shop,
    JsonTable& table,
    const std::string& owner_type,
    const std::string& argument,
    const json::object& input,
    std::string& key
) {
    json::array errors;
    const auto* metafields = input.if_contains("metafields");
    if (metafields == nullptr || !metafields->is_array()) {
        return errors;
    }
    std::size_t index = 0;
    for (const auto& metafield : metafields->get_array()) {
        if (shopify_text(metafield.as_object(), "namespace") == "navette" &&
            shopify_text(metafield.as_object(), "key") == "id") {
            key = shopify_text(metafield.as_object(), "value");
            if (shop.keeps_unique(owner_type, metafield) && table.find_by("key", key) != nullptr) {
                shop.effects.duplicate_refused();
                errors.push_back(shopify_user_error(
                    {argument, "metafields", std::to_string(index), "value"},
                    "Value has already been assigned to another metafield",
                    "INVALID"
                ));
            }
        }
        ++index;
    }
    return errors;
}

json::object shopify_webhook_body(const std::string& kind, const JsonRow& row) {
    const auto& fields = row.fields;
    json::object body;
    body["id"] = shopify_number(row.id);
    body["admin_graphql_api_id"] =
        "gid://shopify/" + std::string(type_of(kind)) + "/" + std::to_string(shopify_number(row.id));
    body["created_at"] = shopify_time(row.created);
    body["updated_at"] = shopify_time(row.modified);
    if (kind == "customers") {
        copy(fields, "email", body, "email");
        copy(fields, "firstName", body, "first_name");
        copy(fields, "lastName", body, "last_name");
        copy(fields, "phone", body, "phone");
        copy(fields, "note", body, "note");
    } else if (kind == "products") {
        copy(fields, "title", body, "title");
        copy(fields, "handle", body, "handle");
        copy(fields, "descriptionHtml", body, "body_html");
        json::array variants;
        for (const auto& variant : fields.at("variants").as_array()) {
            json::object made{{"id", shopify_number(variant.at("id").as_string())}};
            copy(variant.as_object(), "sku", made, "sku");
            copy(variant.as_object(), "price", made, "price");
            variants.push_back(std::move(made));
        }
        body["variants"] = std::move(variants);
    } else {
        copy(fields, "name", body, "name");
        copy(fields, "email", body, "email");
        copy(fields, "note", body, "note");
        copy(fields, "currency", body, "currency");
        body["total_price"] = amount_text(fields.at("cents").as_int64());
        body["line_items"] = lines_of(row);
        if (kind == "orders") {
            body["financial_status"] = shopify_text(fields, "financialStatus");
            copy(fields, "sourceIdentifier", body, "source_identifier");
        } else {
            body["status"] = shopify_text(fields, "status");
        }
    }
    return body;
}

json::value shopify_count(const json::object& arguments, std::size_t count) {
    const auto* limit = arguments.if_contains("limit");
    const auto most = limit != nullptr && limit->is_int64() ? limit->get_int64() : 10'000;
    const auto counted = static_cast<std::int64_t>(count);
    json::object made{{"count", std::min(counted, most)}};
    made["precision"] = counted > most ? "AT_LEAST" : "EXACT";
    return made;
}

}  // namespace navette::standin
