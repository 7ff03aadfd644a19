#include "tests/standin/shopify_resolvers.hpp"

#include <boost/json.hpp>

#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestTag = 40;

SearchFields searched(const JsonRow& row) {
    SearchFields found;
    auto& tags = found.texts["tag"];
    const auto* held = row.fields.if_contains("tags");
    for (const auto& tag : held == nullptr || held->is_null() ? json::array() : held->as_array()) {
        tags.emplace_back(tag.as_string());
    }
    found.updated = row.modified;
    return found;
}

json::object full_draft(ShopifyShop&, JsonRow& row) {
    const auto& fields = row.fields;
    const auto currency = shopify_text(fields, "currency");
    json::object full;
    full["id"] = row.id;
    full["updatedAt"] = shopify_time(row.modified);
    full["status"] = shopify_text(fields, "status");
    full["name"] = shopify_text(fields, "name");
    for (const auto& [name, stored] : {std::pair("email", "email"), {"note2", "note"}}) {
        const auto* value = fields.if_contains(stored);
        full[name] = value == nullptr ? json::value() : *value;
    }
    const auto* tags = fields.if_contains("tags");
    full["tags"] = tags == nullptr || tags->is_null() ? json::value(json::array()) : *tags;
    full["currencyCode"] = currency;
    full["totalPriceSet"] = shopify_money(fields.at("cents").as_int64(), currency);
    const auto customer = shopify_text(fields, "customer");
    full["customer"] = customer.empty() ? json::value() : json::value(json::object{{"id", customer}});
    json::array lines;
    for (const auto& line : fields.at("lines").as_array()) {
        json::object made = line.as_object();
        made["originalUnitPriceSet"] = shopify_money(line.at("cents").as_int64(), currency);
        lines.push_back(std::move(made));
    }
    full["lineItems"] = std::move(lines);
    return full;
}

/// Puts the input into the fields; what is wrong with it, in the words of an untyped error.
json::array apply(ShopifyShop& shop, const json::object& input, json::object& fields) {
    json::array errors;
    const auto refuse = [&](const std::vector<std::string>& field, const std::string& message) {
        errors.push_back(shopify_user_error(field, message));
    };
    for (const auto* name : {"email", "note", "tags"}) {
        if (const auto* value = input.if_contains(name)) {
            fields[name] = *value;
        }
    }
    if (const auto* tags = input.if_contains("tags"); tags != nullptr && tags->is_array()) {
        for (const auto& tag : tags->get_array()) {
            if (tag.as_string().size() > kLongestTag) {
                refuse({"input", "tags"}, "Tags is too long (maximum is 40 characters)");
            }
        }
    }
    if (const auto* entity = input.if_contains("purchasingEntity");
        entity != nullptr && entity->is_object()) {
        const auto id = shopify_text(entity->get_object(), "customerId");
        if (shop.customers.find(id) == nullptr) {
            refuse({"input", "purchasingEntity"}, "Customer does not exist");
        }
        fields["customer"] = id;
    }
    if (const auto* told = input.if_contains("lineItems"); told != nullptr && told->is_array()) {
        json::array lines;  // as a whole: what is not told is gone
        std::int64_t total = 0;
        for (const auto& value : told->get_array()) {
            const auto& item = value.as_object();
            if (shopify_text(item, "title").empty() && !item.contains("variantId")) {
                refuse({"input", "lineItems"}, "Title can't be blank");
            }
            const auto quantity = item.at("quantity").as_int64();
            if (quantity < 1) {
                refuse({"input", "lineItems"}, "Quantity must be greater than or equal to 1");
            }
            const auto* price = item.if_contains("originalUnitPriceWithCurrency");
            const auto cents = price == nullptr ? 0 : shopify_cents(price->at("amount"));
            total += cents * quantity;
            json::object line;
            line["title"] = shopify_text(item, "title");
            line["sku"] = shopify_text(item, "sku");
            line["quantity"] = quantity;
            line["cents"] = cents;
            lines.push_back(std::move(line));
        }
        fields["lines"] = std::move(lines);
        fields["cents"] = total;
    }
    if (!fields.contains("lines") || fields["lines"].as_array().empty()) {
        refuse({"input", "lineItems"}, "Add at least 1 product");
    }
    return errors;
}

json::value create_draft(ShopifyShop& shop, const json::object& arguments) {
    const auto& input = arguments.at("input").as_object();
    json::object fields{{"status", "OPEN"}};
    fields["currency"] = shop.options.text("currency", "EUR");
    auto errors = apply(shop, input, fields);
    std::string key;
    for (auto& error : claim_metafields(shop, shop.drafts, "DRAFTORDER", "input", input, key)) {
        error.as_object().erase("code");
        errors.push_back(std::move(error));
    }
    if (!errors.empty()) {
        return shopify_refusal("draftOrder", std::move(errors));
    }
    fields["key"] = key;
    fields["name"] = "#D" + std::to_string(shop.drafts.size() + 1);
    auto& row = shop.drafts.insert(std::move(fields), shop.clock.tick());
    shop.created(row, "draft_orders", {{"key", key}});
    return shopify_payload("draftOrder", full_draft(shop, row));
}

json::value update_draft(ShopifyShop& shop, const json::object& arguments) {
    auto* row = shop.drafts.find(arguments.at("id").as_string());
    if (row == nullptr) {
        return shopify_refusal("draftOrder", shopify_user_error({"id"}, "Draft order does not exist"));
    }
    if (shopify_text(row->fields, "status") == "COMPLETED") {
        return shopify_refusal("draftOrder", shopify_user_error({"id"}, "This order has been paid"));
    }
    auto fields = row->fields;
    auto errors = apply(shop, arguments.at("input").as_object(), fields);
    if (!errors.empty()) {
        return shopify_refusal("draftOrder", std::move(errors));
    }
    if (fields != row->fields) {
        row->fields = std::move(fields);
        shop.changed(*row, "draft_orders");
    }
    return shopify_payload("draftOrder", full_draft(shop, *row));
}

json::value delete_draft(ShopifyShop& shop, const json::object& arguments) {
    const std::string id(arguments.at("input").at("id").as_string());
    if (!shop.erase(shop.drafts, id, "draft_orders")) {
        return shopify_refusal("deletedId", shopify_user_error({"id"}, "Draft order does not exist"));
    }
    return shopify_payload("deletedId", json::value(id));
}

}  // namespace

void add_draft_order_roots(ShopifyRoots& roots) {
    add_reading_roots<&ShopifyShop::drafts, full_draft, searched>(
        roots, "draftOrder", "draftOrders", "read_draft_orders"
    );
    roots["draftOrderCreate"] = {create_draft, "write_draft_orders"};
    roots["draftOrderUpdate"] = {update_draft, "write_draft_orders"};
    roots["draftOrderDelete"] = {delete_draft, "write_draft_orders"};
}

}  // namespace navette::standin
