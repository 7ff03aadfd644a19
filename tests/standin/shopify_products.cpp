#include "tests/standin/shopify_resolvers.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

json::object full_variant(const JsonRow& product, const json::object& variant) {
    json::object full = variant;
    full["inventoryQuantity"] = available_units(variant);
    full["product"] = json::object{{"id", product.id}};
    return full;
}

SearchFields searched(const JsonRow& row) {
    SearchFields found;
    found.texts["title"] = {shopify_text(row.fields, "title")};
    found.updated = row.modified;
    return found;
}

json::value update_product(ShopifyShop& shop, const json::object& arguments) {
    const auto& input = arguments.at("product").as_object();
    auto* row = shop.products.find(shopify_text(input, "id"));
    if (row == nullptr) {
        return shopify_refusal("product", shopify_user_error({"id"}, "Product does not exist"));
    }
    const auto* title = input.if_contains("title");
    if (title != nullptr && (!title->is_string() || title->get_string().empty())) {
        return shopify_refusal("product", shopify_user_error({"title"}, "Title can't be blank"));
    }
    bool differs = false;
    for (const auto* name : {"title", "descriptionHtml", "status", "handle"}) {
        if (const auto* value = input.if_contains(name)) {
            differs = shopify_set(row->fields, name, *value) || differs;
        }
    }
    if (differs) {
        shop.changed(*row, "products");
    }
    return shopify_payload("product", shopify_product(shop, *row));
}

json::value update_variants(ShopifyShop& shop, const json::object& arguments) {
    auto* row = shop.products.find(arguments.at("productId").as_string());
    if (row == nullptr) {
        return shopify_refusal(
            "product", shopify_user_error({"productId"}, "Product does not exist", "PRODUCT_DOES_NOT_EXIST")
        );
    }
    auto held = row->fields.at("variants").as_array();
    std::size_t index = 0;
    for (const auto& wanted : arguments.at("variants").as_array()) {
        const auto& input = wanted.as_object();
        const auto place = std::to_string(index++);
        const auto found = std::ranges::find_if(held, [&](const json::value& variant) {
            return variant.at("id") == shopify_member(input, "id");
        });
        if (found == held.end()) {
            return shopify_refusal(
                "product",
                shopify_user_error(
                    {"variants", place, "id"},
                    "Product variant does not exist",
                    "PRODUCT_VARIANT_DOES_NOT_EXIST"
                )
            );
        }
        if (input.contains("inventoryQuantities")) {
            return shopify_refusal(
                "product",
                shopify_user_error(
                    {"variants", place, "inventoryQuantities"},
                    "Inventory quantities can only be provided during create. To update inventory for "
                    "existing variants, use inventoryAdjustQuantities.",
                    "NO_INVENTORY_QUANTITIES_ON_VARIANTS_UPDATE"
                )
            );
        }
        auto& variant = found->as_object();
        if (const auto* price = input.if_contains("price"); price != nullptr && !price->is_null()) {
            if (shopify_cents(*price) < 0) {
                return shopify_refusal(
                    "product",
                    shopify_user_error(
                        {"variants", place, "price"},
                        "Price must be greater than or equal to 0",
                        "NEGATIVE_PRICE_VALUE"
                    )
                );
            }
            shopify_set(variant, "price", price->is_string() ? *price : json::value(json::serialize(*price)));
        }
        if (const auto* item = input.if_contains("inventoryItem"); item != nullptr && item->is_object()) {
            if (const auto* sku = item->get_object().if_contains("sku")) {
                shopify_set(variant, "sku", *sku);
            }
            if (const auto* tracked = item->get_object().if_contains("tracked")) {
                shopify_set(variant.at("inventoryItem").as_object(), "tracked", *tracked);
            }
        }
    }
    if (shopify_set(row->fields, "variants", std::move(held))) {
        shop.changed(*row, "products");
    }
    return shopify_payload("product", shopify_product(shop, *row));
}

json::value delete_product(ShopifyShop& shop, const json::object& arguments) {
    const std::string id(arguments.at("input").at("id").as_string());
    if (!shop.erase(shop.products, id, "products")) {
        return shopify_refusal("deletedProductId", shopify_user_error({"id"}, "Product does not exist"));
    }
    return shopify_payload("deletedProductId", json::value(id));
}

json::value find_product(ShopifyShop& shop, const json::object& arguments) {
    const auto& identifier = arguments.at("identifier").as_object();
    JsonRow* row = nullptr;
    if (const auto* custom = identifier.if_contains("customId")) {
        row = shop.find_by_custom_id(shop.products, "PRODUCT", custom->as_object());
    } else if (const auto* handle = identifier.if_contains("handle")) {
        row = shop.products.find_by("handle", handle->as_string());
    } else {
        row = shop.products.find(identifier.at("id").as_string());
    }
    return row == nullptr ? json::value() : json::value(shopify_product(shop, *row));
}

/// All variants that the search finds; like every search it may lag behind the writes.
json::value find_variants(ShopifyShop& shop, const json::object& arguments) {
    const auto* query = arguments.if_contains("query");
    const Search search(query != nullptr && query->is_string() ? std::string(query->get_string()) : "");
    const auto indexed = shop.clock.present() - shop.options.number("search_lag_ms", 0);
    json::array found;
    for (const auto* row : shop.products.all()) {
        for (const auto& variant : row->fields.at("variants").as_array()) {
            SearchFields fields;
            fields.texts["sku"] = {shopify_text(variant.as_object(), "sku")};
            fields.updated = row->modified;
            if (row->modified <= indexed && search.matches(fields)) {
                found.push_back(full_variant(*row, variant.as_object()));
            }
        }
    }
    return found;
}

json::value variant_of_id(ShopifyShop& shop, const json::object& arguments) {
    for (const auto* row : shop.products.all()) {
        for (const auto& variant : row->fields.at("variants").as_array()) {
            if (variant.at("id") == arguments.at("id")) {
                return full_variant(*row, variant.as_object());
            }
        }
    }
    return nullptr;
}

}  // namespace

json::object shopify_product(ShopifyShop&, JsonRow& row) {
    json::object full;
    full["id"] = row.id;
    full["updatedAt"] = shopify_time(row.modified);
    for (const auto* name : {"title", "handle", "descriptionHtml", "status"}) {
        full[name] = shopify_text(row.fields, name);
    }
    json::array variants;
    for (const auto& variant : row.fields.at("variants").as_array()) {
        variants.push_back(full_variant(row, variant.as_object()));
    }
    full["variants"] = std::move(variants);
    full["metafield"] = nullptr;  // navette.id, the only one there is
    if (const auto key = shopify_text(row.fields, "key"); !key.empty()) {
        json::object metafield{{"id", "gid://shopify/Metafield/" + std::to_string(shopify_number(row.id))}};
        metafield["value"] = key;
        full["metafield"] = std::move(metafield);
    }
    return full;
}

void add_product_roots(ShopifyRoots& roots) {
    add_reading_roots<&ShopifyShop::products, shopify_product, searched>(
        roots, "product", "products", "read_products"
    );
    roots["productByIdentifier"] = {find_product, "read_products"};
    roots["productVariants"] = {find_variants, "read_products"};
    roots["productVariant"] = {variant_of_id, "read_products"};
    roots["productSet"] = {set_shopify_product, "write_products"};
    roots["productUpdate"] = {update_product, "write_products"};
    roots["productVariantsBulkUpdate"] = {update_variants, "write_products"};
    roots["productDelete"] = {delete_product, "write_products"};
}

}  // namespace navette::standin
