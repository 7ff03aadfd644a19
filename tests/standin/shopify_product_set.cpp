// productSet: makes a product, or replaces what it has of lists.
#include "tests/standin/shopify_resolvers.hpp"

#include <boost/json.hpp>

#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestTitle = 255;

/// "tea-time" of "Tea time!", with a number behind it where another product has it.
std::string free_handle(ShopifyShop& shop, std::string_view title) {
    std::string handle;
    for (const char c : title) {
        const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool is_word = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9');
        if (is_word) {
            handle += lower;
        } else if (!handle.empty() && handle.back() != '-') {
            handle += '-';
        }
    }
    auto candidate = handle;
    for (int number = 1; shop.products.find_by("handle", candidate) != nullptr; ++number) {
        candidate = handle + "-" + std::to_string(number);
    }
    return candidate;
}

json::object new_variant(ShopifyShop& shop, const json::object& input) {
    json::object variant;
    variant["id"] = shop.next_id("ProductVariant");
    variant["price"] = "0.00";
    if (const auto* price = input.if_contains("price"); price != nullptr && !price->is_null()) {
        variant["price"] = price->is_string() ? *price : json::value(json::serialize(*price));
    }
    variant["sku"] = shopify_member(input, "sku");
    json::object item;
    if (const auto* given = input.if_contains("inventoryItem"); given != nullptr && given->is_object()) {
        item = given->get_object();
        if (variant["sku"].is_null()) {
            variant["sku"] = shopify_member(item, "sku");
        }
    }
    variant["inventoryItem"] = new_inventory_item(shop, item, shopify_member(input, "inventoryQuantities"));
    return variant;
}

}  // namespace

json::value set_shopify_product(ShopifyShop& shop, const json::object& arguments) {
    const auto& input = arguments.at("input").as_object();
    const auto refuse = [](const std::vector<std::string>& field, const std::string& message, const char* code
                        ) { return shopify_refusal("product", shopify_user_error(field, message, code)); };
    JsonRow* row = nullptr;
    std::string key;
    if (const auto* given = arguments.if_contains("identifier"); given != nullptr && given->is_object()) {
        const auto& identifier = given->get_object();
        if (const auto* custom = identifier.if_contains("customId")) {
            row = shop.find_by_custom_id(shop.products, "PRODUCT", custom->as_object());
            key = std::string(custom->at("value").as_string());
        } else if (const auto* handle = identifier.if_contains("handle")) {
            row = shop.products.find_by("handle", handle->as_string());
        } else {
            row = shop.products.find(identifier.at("id").as_string());
            if (row == nullptr) {
                return refuse({"identifier"}, "Product does not exist", "PRODUCT_DOES_NOT_EXIST");
            }
        }
    }
    const auto title = shopify_text(input, "title");
    if ((row == nullptr || input.contains("title")) && (title.empty() || title.size() > kLongestTitle)) {
        return refuse(
            {"input", "title"},
            title.empty() ? "Title can't be blank" : "Title is too long",
            "INVALID_PRODUCT"
        );
    }
    const auto* variants = input.if_contains("variants");
    const auto* options = input.if_contains("productOptions");
    if (variants != nullptr && options == nullptr && row == nullptr) {
        return refuse(
            {"input", "productOptions"},
            "Product options input is required when creating variants",
            "PRODUCT_OPTIONS_INPUT_MISSING"
        );
    }
    if (options != nullptr && variants == nullptr) {
        return refuse(
            {"input", "variants"},
            "Variants input is required when updating product options",
            "VARIANTS_INPUT_MISSING"
        );
    }
    json::array made;  // all variants: those that are not told are deleted
    for (const auto& variant : variants == nullptr ? json::array() : variants->as_array()) {
        if (shopify_cents(shopify_member(variant.as_object(), "price")) < 0) {
            return refuse(
                {"input", "variants"}, "Price must be greater than or equal to 0", "INVALID_VARIANT"
            );
        }
        made.push_back(new_variant(shop, variant.as_object()));
    }
    json::object fields = row == nullptr ? json::object() : row->fields;
    for (const auto* name : {"title", "descriptionHtml", "status", "handle"}) {
        if (const auto* value = input.if_contains(name)) {
            fields[name] = *value;
        }
    }
    if (variants != nullptr) {
        fields["variants"] = made;
    }
    if (row == nullptr) {
        fields["key"] = key;
        fields.emplace("status", "ACTIVE");
        if (shopify_text(fields, "handle").empty()) {
            fields["handle"] = free_handle(shop, title);
        }
        if (made.empty()) {
            fields["variants"] = json::array{new_variant(shop, {})};
        }
        const auto sku = shopify_text(fields["variants"].at(0).as_object(), "sku");
        row = &shop.products.insert(std::move(fields), shop.clock.tick());
        shop.created(*row, "products", {{"key", key}, {"sku", sku}});
    } else if (fields != row->fields) {
        row->fields = std::move(fields);
        shop.changed(*row, "products");
    }
    return shopify_payload("product", shopify_product(shop, *row));
}

}  // namespace navette::standin
