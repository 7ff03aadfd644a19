// Stock: by inventory item and location. The mutations demand an idempotency key, which only the run time
// tells.
#include "tests/standin/shopify_resolvers.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::string_view kLocation = "gid://shopify/Location/60001";

json::object new_level(ShopifyShop& shop, std::string_view location, std::int64_t quantity) {
    json::object available{{"name", "available"}};
    available["quantity"] = quantity;
    json::object level;
    level["id"] = shop.next_id("InventoryLevel");
    level["location"] = location;
    level["updatedAt"] = shopify_time(shop.clock.tick());
    level["quantities"] = json::array{std::move(available)};
    return level;
}

struct Found {
    JsonRow* product = nullptr;
    json::object* item = nullptr;
};

Found find_item(ShopifyShop& shop, const json::value& id) {
    for (auto* row : shop.products.all()) {
        for (auto& variant : row->fields.at("variants").as_array()) {
            auto& item = variant.at("inventoryItem").as_object();
            if (item.at("id") == id) {
                return {row, &item};
            }
        }
    }
    return {};
}

json::object* level_at(json::object& item, const json::value& location) {
    for (auto& level : item.at("inventoryLevel").as_array()) {
        if (level.at("location") == location) {
            return &level.as_object();
        }
    }
    return nullptr;
}

/// The answer of an earlier request with that key; an error where it was another request.
std::optional<json::object> repeated(
    ShopifyShop& shop, const json::object& arguments, const char* name, std::string& key
) {
    key = shopify_text(arguments, "@idempotent");
    if (key.empty()) {
        throw ShopifyError(
            "The @idempotent directive is required for this mutation but was not provided.", "BAD_REQUEST"
        );
    }
    const auto held = shop.idempotent.find(key);
    if (held == shop.idempotent.end()) {
        return std::nullopt;
    }
    if (held->second.first != json::serialize(arguments)) {
        return shopify_refusal(
            name,
            shopify_user_error(
                {}, "The idempotency key was used with other parameters", "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"
            )
        );
    }
    return held->second.second;
}

json::value set_quantities(ShopifyShop& shop, const json::object& arguments) {
    constexpr const char* kName = "inventoryAdjustmentGroup";
    std::string key;
    if (auto before = repeated(shop, arguments, kName, key)) {
        return std::move(*before);
    }
    const auto& input = arguments.at("input").as_object();
    const auto refuse = [&](const std::vector<std::string>& field, const char* message, const char* code) {
        return shopify_refusal(kName, shopify_user_error(field, message, code));
    };
    const auto name = shopify_text(input, "name");
    if (name != "available" && name != "on_hand") {
        return refuse(
            {"input", "name"}, "The quantity name must be either 'available' or 'on_hand'.", "INVALID_NAME"
        );
    }
    std::size_t index = 0;
    for (const auto& value : input.at("quantities").as_array()) {
        const auto& row = value.as_object();
        const auto place = std::to_string(index++);
        const auto found = find_item(shop, row.at("inventoryItemId"));
        if (found.item == nullptr) {
            return refuse(
                {"input", "quantities", place, "inventoryItemId"},
                "The specified inventory item could not be found.",
                "INVALID_INVENTORY_ITEM"
            );
        }
        auto* level = level_at(*found.item, row.at("locationId"));
        if (level == nullptr) {
            return refuse(
                {"input", "quantities", place, "locationId"},
                "The specified inventory item is not stocked at the location.",
                "INVALID_LOCATION"
            );
        }
        const auto* from = row.if_contains("changeFromQuantity");
        if (from == nullptr) {
            return refuse(
                {"input", "quantities", place}, "changeFromQuantity is required", "COMPARE_QUANTITY_REQUIRED"
            );
        }
        auto& held = level->at("quantities").at(0).as_object();
        if (!from->is_null() && *from != held.at("quantity")) {
            return refuse(
                {"input", "quantities", place, "changeFromQuantity"},
                "The changeFromQuantity does not match the current quantity.",
                "CHANGE_FROM_QUANTITY_STALE"
            );
        }
        if (shopify_set(held, "quantity", row.at("quantity"))) {
            level->at("updatedAt") = shopify_time(shop.clock.tick());
            shop.changed(*found.product, "products", "stock");
        }
    }
    json::object group{{"id", shop.next_id("InventoryAdjustmentGroup")}};
    auto payload = shopify_payload(kName, std::move(group));
    shop.idempotent[key] = {json::serialize(arguments), payload};
    return payload;
}

json::value activate(ShopifyShop& shop, const json::object& arguments) {
    constexpr const char* kName = "inventoryLevel";
    std::string key;
    if (auto before = repeated(shop, arguments, kName, key)) {
        return std::move(*before);
    }
    const auto found = find_item(shop, arguments.at("inventoryItemId"));
    if (found.item == nullptr) {
        return shopify_refusal(
            kName, shopify_user_error({"inventoryItemId"}, "The product couldn't be found")
        );
    }
    if (arguments.at("locationId").as_string() != kLocation) {
        return shopify_refusal(kName, shopify_user_error({"locationId"}, "The location couldn't be found"));
    }
    if (level_at(*found.item, arguments.at("locationId")) != nullptr) {
        return shopify_refusal(
            kName,
            shopify_user_error(
                {"available"},
                "Not allowed to set available quantity when the item is "
                "already active at the location."
            )
        );
    }
    const auto* quantity = arguments.if_contains("available");
    auto level = new_level(shop, kLocation, quantity == nullptr ? 0 : quantity->as_int64());
    found.item->at("inventoryLevel").as_array().push_back(level);
    shop.changed(*found.product, "products", "stock");
    auto payload = shopify_payload(kName, std::move(level));
    shop.idempotent[key] = {json::serialize(arguments), payload};
    return payload;
}

}  // namespace

json::object new_inventory_item(ShopifyShop& shop, const json::object& input, const json::value& quantities) {
    json::object item;
    item["id"] = shop.next_id("InventoryItem");
    const auto* tracked = input.if_contains("tracked");
    item["tracked"] = tracked != nullptr && tracked->is_bool() && tracked->get_bool();
    json::array levels;
    if (const auto* list = quantities.if_array()) {
        for (const auto& quantity : *list) {
            levels.push_back(
                new_level(shop, quantity.at("locationId").as_string(), quantity.at("quantity").as_int64())
            );
        }
    }
    item["inventoryLevel"] = std::move(levels);
    return item;
}

std::int64_t available_units(const json::object& variant) {
    std::int64_t units = 0;
    for (const auto& level : variant.at("inventoryItem").at("inventoryLevel").as_array()) {
        units += level.at("quantities").at(0).at("quantity").as_int64();
    }
    return units;
}

void add_inventory_roots(ShopifyRoots& roots) {
    roots["location"] = {
        [](ShopifyShop&, const json::object& arguments) {
            const auto* id = arguments.if_contains("id");
            if (id != nullptr && id->is_string() && id->get_string() != kLocation) {
                return json::value();
            }
            json::object location{{"id", kLocation}, {"name", "Shop"}, {"isActive", true}};
            return json::value(std::move(location));
        },
        "read_locations"
    };
    roots["inventorySetQuantities"] = {set_quantities, "write_inventory"};
    roots["inventoryActivate"] = {activate, "write_inventory"};
}

}  // namespace navette::standin
