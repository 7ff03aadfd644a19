#include "tests/standin/shopify_staff.hpp"

#include "tests/standin/shopify_resolvers.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

struct Place {
    JsonTable& table;
    const char* kind;
    const char* edited;  // a text that every record of the kind has
};

/// By the manifest's name of the object.
Place place_of(ShopifyShop& shop, const std::string& object) {
    if (object == "customer") {
        return {shop.customers, "customers", "note"};
    }
    if (object == "product") {
        return {shop.products, "products", "title"};
    }
    if (object == "order") {
        return {shop.orders, "orders", "note"};
    }
    if (object == "draft_order") {
        return {shop.drafts, "draft_orders", "note"};
    }
    throw std::invalid_argument("the shop has no " + object);
}

json::array lines_of(std::size_t count) {
    json::array lines;
    for (std::size_t number = 1; number <= count; ++number) {
        json::object line{{"sku", ""}, {"quantity", 1}, {"cents", 100}};
        line["title"] = "Line " + std::to_string(number);
        lines.push_back(std::move(line));
    }
    return lines;
}

json::object new_record(ShopifyShop& shop, const std::string& kind) {
    const auto number = std::to_string(shop.clock.tick());
    json::object fields;
    if (kind == "customers") {
        fields["email"] = "walk-in-" + number + "@shop.test";
    } else if (kind == "products") {
        fields["title"] = "Tea " + number;
        fields["handle"] = "tea-" + number;
        fields["status"] = "ACTIVE";
        fields["descriptionHtml"] = "";
        json::object variant{{"price", "5.00"}};
        variant["id"] = shop.next_id("ProductVariant");
        variant["sku"] = "TEA-" + number;
        variant["inventoryItem"] = new_inventory_item(shop, {}, nullptr);
        fields["variants"] = json::array{std::move(variant)};
    } else {
        fields["name"] = "#" + number;
        fields["currency"] = shop.options.text("currency", "EUR");
        fields["financialStatus"] = "PENDING";
        fields["status"] = "OPEN";
        fields["lines"] = lines_of(1);
        fields["cents"] = 100;
    }
    return fields;
}

}  // namespace

json::object change_of_somebody(ShopifyShop& shop, const json::object& asked) {
    const auto place = place_of(shop, shopify_text(asked, "object"));
    const auto id = shopify_text(asked, "remote_id");
    if (asked.contains("delete")) {
        shop.erase(place.table, id, place.kind);
        return {{"remote_id", id}};
    }
    const auto* given = asked.if_contains("fields");
    const auto fields = given == nullptr ? json::object() : given->as_object();
    if (id.empty()) {
        auto record = new_record(shop, place.kind);
        for (const auto& [name, value] : fields) {
            record[name] = value;
        }
        auto& made = place.table.insert(std::move(record), shop.clock.tick());
        shop.tell(place.kind, "create", made);
        return {{"remote_id", made.id}};
    }
    auto* row = place.table.find(id);
    if (row == nullptr) {
        throw std::invalid_argument("the shop has no " + id);
    }
    for (const auto& [name, value] : fields) {
        row->fields[name] = value;
    }
    if (fields.empty()) {
        row->fields[place.edited] = "edited at " + std::to_string(shop.clock.present());
    }
    shop.changed(*row, place.kind, "by_somebody");
    return {{"remote_id", id}};
}

void populate(ShopifyShop& shop, const json::object& asked) {
    for (std::int64_t number = 1; number <= asked.at("customers").as_int64(); ++number) {
        const auto digits = std::to_string(number);
        json::object address{{"company", nullptr}, {"address1", digits + " rue de la Paix"}};
        address["zip"] = "75002";
        address["city"] = "Paris";
        address["countryCode"] = "FR";
        json::object fields{{"firstName", "Ana"}, {"lastName", "Berg " + digits}};
        fields["email"] = "bulk" + digits + "@shop.test";
        fields["addresses"] = json::array{std::move(address)};
        shop.customers.insert(std::move(fields), shop.clock.tick());
    }
}

void give_lines(ShopifyShop& shop, const json::object& asked) {
    auto* row = shop.orders.find(shopify_text(asked, "remote_id"));
    if (row == nullptr) {
        throw std::invalid_argument("the shop has no such order");
    }
    row->fields["lines"] = lines_of(static_cast<std::size_t>(asked.at("lines").as_int64()));
    row->modified = shop.clock.tick();
}

void count_stock(ShopifyShop& shop, const json::object& asked) {
    for (auto* row : shop.products.all()) {
        for (auto& variant : row->fields.at("variants").as_array()) {
            if (variant.at("sku") != asked.at("sku")) {
                continue;
            }
            for (auto& level : variant.at("inventoryItem").at("inventoryLevel").as_array()) {
                level.at("quantities").at(0).at("quantity") = asked.at("quantity");
                level.at("updatedAt") = shopify_time(shop.clock.tick());
            }
            return;
        }
    }
    throw std::invalid_argument("the shop has no such variant");
}

}  // namespace navette::standin
