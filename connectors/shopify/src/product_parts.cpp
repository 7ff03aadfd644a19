#include "product_parts.hpp"

#include "recipes.hpp"

#include <algorithm>
#include <utility>

namespace navette::shopify {

std::string lower_ascii(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

std::string sku_query(std::string_view sku) {
    std::string text = "sku:'";
    for (const char c : sku) {
        if (c == '\'' || c == '\\') {
            text += '\\';
        }
        text += c;
    }
    return text + "'";
}

void copy(const json::object& from, std::string_view name, json::object& to) {
    if (const auto* value = from.if_contains(name)) {
        to[name] = *value;
    }
}

std::optional<std::int64_t> units_of(const Session& session, const json::object& fields) {
    return stock_location(session).empty() ? std::nullopt : sdk::integer_at(fields, "_stock");
}

std::optional<Outcome> refusal_of_product(
    const Session& session, const sdk::Operation& operation, const json::object& fields
) {
    const auto sku = sdk::text_at(fields, "sku");
    if (sku.empty() && (operation.remote_id.empty() || fields.contains("sku"))) {
        return Outcome::rejected("the product has no SKU", "sku");
    }
    const auto currency = sdk::text_at(fields, "_currency");
    const auto own = sdk::text_at(session.settings(), "currency");
    if (!currency.empty() && !own.empty() && lower_ascii(currency) != lower_ascii(own)) {
        return Outcome::rejected(
            "the price is in " + currency + ", but the shop would take the same number in " + own, "currency"
        );
    }
    return std::nullopt;
}

std::string found_product(const json::object* ours, const json::object* variants, std::string_view sku) {
    if (ours != nullptr) {
        return sdk::text_at(*ours, "id");
    }
    const auto* nodes = variants == nullptr ? nullptr : sdk::array_at(*variants, "nodes");
    for (const auto& node : nodes == nullptr ? json::array() : *nodes) {
        const auto* variant = node.if_object();
        // A search finds more than it was asked for.
        if (variant != nullptr && lower_ascii(sdk::text_at(*variant, "sku")) == lower_ascii(sku)) {
            const auto* product = sdk::object_at(*variant, "product");
            return product == nullptr ? std::string() : sdk::text_at(*product, "id");
        }
    }
    return {};
}

json::object product_creation(const Session& session, const json::object& fields, const std::string& key) {
    json::object option{{"name", "Title"}};
    option["values"] = json::array{json::object{{"name", "Default Title"}}};
    json::object variant;
    variant["optionValues"] = json::array{json::object{{"optionName", "Title"}, {"name", "Default Title"}}};
    copy(fields, "sku", variant);
    copy(fields, "price", variant);
    if (const auto units = units_of(session, fields)) {
        json::object quantity{{"locationId", stock_location(session)}, {"name", "available"}};
        quantity["quantity"] = *units;
        variant["inventoryQuantities"] = json::array{std::move(quantity)};
        variant["inventoryItem"] = json::object{{"tracked", true}};
    }
    json::object input;
    copy(fields, "title", input);
    copy(fields, "descriptionHtml", input);
    copy(fields, "status", input);
    input["productOptions"] = json::array{std::move(option)};
    input["variants"] = json::array{std::move(variant)};
    json::object custom_id{{"namespace", "navette"}, {"key", "id"}};
    custom_id["value"] = key;
    json::object identifier;
    identifier["customId"] = std::move(custom_id);
    json::object variables;
    variables["identifier"] = std::move(identifier);
    variables["input"] = std::move(input);
    return variables;
}

}  // namespace navette::shopify
