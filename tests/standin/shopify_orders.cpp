#include "tests/standin/shopify_resolvers.hpp"

#include <boost/json.hpp>

#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

SearchFields searched(const JsonRow& row) {
    SearchFields found;
    for (const auto& [field, name] :
         {std::pair("name", "name"), {"email", "email"}, {"source_identifier", "sourceIdentifier"}}) {
        found.texts[field] = {shopify_text(row.fields, name)};
    }
    found.updated = row.modified;
    return found;
}

bool can_be_paid(const JsonRow& row) {
    const auto status = shopify_text(row.fields, "financialStatus");
    return status == "PENDING" || status == "AUTHORIZED" || status == "PARTIALLY_PAID";
}

struct Lines {
    json::array lines;
    std::int64_t cents = 0;
    json::array errors;
};

Lines read_lines(const json::object& order, const std::string& currency) {
    Lines read;
    const auto* held = order.if_contains("lineItems");
    std::size_t index = 0;
    for (const auto& value : held == nullptr || held->is_null() ? json::array() : held->as_array()) {
        const auto& item = value.as_object();
        const auto place = std::to_string(index++);
        const auto refuse = [&](const char* field, const char* message) {
            read.errors.push_back(shopify_user_error({"order", "lineItems", place, field}, message, "INVALID")
            );
        };
        if (shopify_text(item, "title").empty() && !item.contains("variantId")) {
            refuse("title", "Title can't be blank");
        }
        const auto quantity = item.at("quantity").as_int64();
        if (quantity < 1) {
            refuse("quantity", "Quantity must be greater than 0");
        }
        std::int64_t cents = 0;
        if (const auto* price = item.if_contains("priceSet")) {
            const auto& money = price->at("shopMoney").as_object();
            cents = shopify_cents(money.at("amount"));
            if (shopify_text(money, "currencyCode") != currency) {
                refuse("priceSet", "Currency must match the order's currency");
            }
        }
        read.cents += cents * quantity;
        json::object line;
        line["title"] = shopify_text(item, "title");
        line["sku"] = shopify_text(item, "sku");
        line["quantity"] = quantity;
        line["cents"] = cents;
        read.lines.push_back(std::move(line));
    }
    if (read.lines.empty()) {
        read.errors.push_back(shopify_user_error(
            {"order", "lineItems"}, "Line items must have at least one line item", "INVALID"
        ));
    }
    return read;
}

/// The id of the order's customer: empty where it names none.
std::string customer_of(ShopifyShop& shop, const json::object& order, json::array& errors) {
    const auto* customer = order.if_contains("customer");
    if (customer == nullptr || customer->is_null()) {
        return {};
    }
    if (order.contains("phone")) {
        errors.push_back(shopify_user_error(
            {"order", "customer"}, "Customer fields are redundant", "REDUNDANT_CUSTOMER_FIELDS"
        ));
        return {};
    }
    if (const auto* linked = customer->as_object().if_contains("toAssociate")) {
        const auto id = shopify_text(linked->as_object(), "id");
        if (shop.customers.find(id) == nullptr) {
            errors.push_back(shopify_user_error(
                {"order", "customer", "toAssociate", "id"}, "Customer does not exist", "INVALID"
            ));
        }
        return id;
    }
    const auto email = shopify_text(customer->at("toUpsert").as_object(), "email");
    return email.empty() ? std::string() : shopify_customer_of(shop, email).id;
}

json::value create_order(ShopifyShop& shop, const json::object& arguments) {
    const auto& order = arguments.at("order").as_object();
    auto currency = shopify_text(order, "currency");
    if (currency.empty()) {
        currency = shop.options.text("currency", "EUR");
    }
    auto read = read_lines(order, currency);
    std::string key;
    for (auto& error : claim_metafields(shop, shop.orders, "ORDER", "order", order, key)) {
        read.errors.push_back(std::move(error));
    }
    const auto processed = shopify_text(order, "processedAt");
    if (!processed.empty() && processed > shopify_time(shop.clock.present() + 60'000)) {
        read.errors.push_back(shopify_user_error(
            {"order", "processedAt"}, "Processed at must be in the past", "PROCESSED_AT_INVALID"
        ));
    }
    if (!read.errors.empty()) {
        return shopify_refusal("order", std::move(read.errors));
    }
    const auto customer = customer_of(shop, order, read.errors);
    if (!read.errors.empty()) {
        return shopify_refusal("order", std::move(read.errors));
    }
    json::object fields;
    for (const auto* name : {"name", "email", "note", "sourceIdentifier", "sourceName", "tags"}) {
        if (const auto* value = order.if_contains(name)) {
            fields[name] = *value;
        }
    }
    const auto status = shopify_text(order, "financialStatus");
    fields["financialStatus"] = status.empty() ? "PENDING" : status;
    fields["currency"] = currency;
    fields["lines"] = std::move(read.lines);
    fields["cents"] = read.cents;
    fields["customer"] = customer;
    fields["key"] = key;
    auto& row = shop.orders.insert(std::move(fields), shop.clock.tick());
    if (shopify_text(row.fields, "name").empty()) {
        row.fields["name"] = "#" + std::to_string(1000 + shop.orders.size());
    }
    shop.created(row, "orders", {{"key", key}, {"name", shopify_text(row.fields, "name")}});
    return shopify_payload("order", shopify_order(shop, row));
}

json::value update_order(ShopifyShop& shop, const json::object& arguments) {
    const auto& input = arguments.at("input").as_object();
    auto* row = shop.orders.find(shopify_text(input, "id"));
    if (row == nullptr) {
        return shopify_refusal("order", shopify_user_error({"id"}, "Order does not exist"));
    }
    bool differs = false;
    for (const auto* name : {"note", "email", "tags"}) {
        if (const auto* value = input.if_contains(name)) {
            differs = shopify_set(row->fields, name, *value) || differs;
        }
    }
    if (differs) {
        shop.changed(*row, "orders");
    }
    return shopify_payload("order", shopify_order(shop, *row));
}

json::value mark_as_paid(ShopifyShop& shop, const json::object& arguments) {
    auto* row = shop.orders.find(arguments.at("input").at("id").as_string());
    if (row == nullptr) {
        return shopify_refusal("order", shopify_user_error({"id"}, "Order does not exist"));
    }
    if (!can_be_paid(*row)) {
        return shopify_refusal("order", shopify_user_error({"id"}, "Order cannot be marked as paid."));
    }
    row->fields["financialStatus"] = "PAID";
    shop.changed(*row, "orders", "paid");
    shop.tell("orders", "paid", *row);
    return shopify_payload("order", shopify_order(shop, *row));
}

json::value delete_order(ShopifyShop& shop, const json::object& arguments) {
    const std::string id(arguments.at("orderId").as_string());
    if (!shop.erase(shop.orders, id, "orders")) {
        return shopify_refusal(
            "deletedId", shopify_user_error({"orderId"}, "Order does not exist", "NOT_FOUND")
        );
    }
    return shopify_payload("deletedId", json::value(id));
}

json::value find_order(ShopifyShop& shop, const json::object& arguments) {
    const auto& identifier = arguments.at("identifier").as_object();
    auto* row = identifier.contains("id")
                    ? shop.orders.find(identifier.at("id").as_string())
                    : shop.find_by_custom_id(shop.orders, "ORDER", identifier.at("customId").as_object());
    return row == nullptr ? json::value() : json::value(shopify_order(shop, *row));
}

}  // namespace

json::object shopify_order(ShopifyShop&, JsonRow& row) {
    const auto& fields = row.fields;
    const auto currency = shopify_text(fields, "currency");
    json::object full;
    full["id"] = row.id;
    full["updatedAt"] = shopify_time(row.modified);
    for (const auto* name : {"name", "email", "note", "sourceIdentifier", "cancelledAt"}) {
        const auto* value = fields.if_contains(name);
        full[name] = value == nullptr ? json::value() : *value;
    }
    full["canMarkAsPaid"] = can_be_paid(row);
    full["displayFinancialStatus"] = shopify_text(fields, "financialStatus");
    full["displayFulfillmentStatus"] = "UNFULFILLED";
    full["currencyCode"] = currency;
    full["totalPriceSet"] = shopify_money(fields.at("cents").as_int64(), currency);
    const auto customer = shopify_text(fields, "customer");
    full["customer"] = customer.empty() ? json::value() : json::value(json::object{{"id", customer}});
    json::array lines;
    for (const auto& line : fields.at("lines").as_array()) {
        json::object made = line.as_object();
        made["id"] = "gid://shopify/LineItem/" +
                     std::to_string(shopify_number(row.id) * 1'000 + static_cast<std::int64_t>(lines.size()));
        made["originalUnitPriceSet"] = shopify_money(line.at("cents").as_int64(), currency);
        lines.push_back(std::move(made));
    }
    full["lineItems"] = std::move(lines);
    return full;
}

void add_order_roots(ShopifyRoots& roots) {
    add_reading_roots<&ShopifyShop::orders, shopify_order, searched>(roots, "order", "orders", "read_orders");
    roots["orderByIdentifier"] = {find_order, "read_orders"};
    roots["orderCreate"] = {create_order, "write_orders"};
    roots["orderUpdate"] = {update_order, "write_orders"};
    roots["orderMarkAsPaid"] = {mark_as_paid, "write_orders"};
    roots["orderDelete"] = {delete_order, "write_orders"};
}

}  // namespace navette::standin
