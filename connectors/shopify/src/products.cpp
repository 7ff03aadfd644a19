// Products: created by an upsert on our own key, which Shopify keeps unique, so it may be sent again without
// harm. That upsert replaces lists, variants among them; so a product that exists is changed by its title,
// its text and the one variant that carries the SKU, and all else stays.
#include "documents.hpp"
#include "product_parts.hpp"
#include "recipes.hpp"

#include <algorithm>
#include <utility>

namespace navette::shopify {

namespace {

/// The id of the product that is ours, or that holds the SKU; empty where there is none.
Task<std::expected<std::string, Outcome>> find(Session& session, std::string key, std::string sku) {
    json::object variables;
    variables["key"] = key;
    variables["sku"] = sku_query(sku);
    const auto data = co_await query(session, documents::kFindProduct, std::move(variables));
    if (!data) {
        co_return std::unexpected(data.error());
    }
    co_return found_product(
        sdk::object_at(*data, "productByIdentifier"), sdk::object_at(*data, "productVariants"), sku
    );
}

Task<Outcome> create(Session& session, json::object fields, std::string key) {
    auto variables = product_creation(session, fields, key);
    const auto data = co_await query(session, documents::kCreateProduct, std::move(variables));
    if (!data) {
        co_return data.error();
    }
    const auto payload = payload_of(*data, "productSet");
    co_return payload ? outcome_of_object(*payload, "product") : payload.error();
}

/// The id of the variant that carries the SKU, or of the only one; empty where neither is.
std::expected<std::string, Outcome> variant_of(const json::object& data, std::string_view sku) {
    const auto* product = sdk::object_at(data, "product");
    if (product == nullptr) {
        return std::unexpected(Outcome::gone("the product is no more in the shop"));
    }
    const auto* variants = sdk::object_at(*product, "variants");
    const auto* nodes = variants == nullptr ? nullptr : sdk::array_at(*variants, "nodes");
    if (nodes != nullptr) {
        for (const auto& node : *nodes) {
            const auto* variant = node.if_object();
            if (variant != nullptr && !sku.empty() &&
                lower_ascii(sdk::text_at(*variant, "sku")) == lower_ascii(sku)) {
                return sdk::text_at(*variant, "id");
            }
        }
        if (nodes->size() == 1 && nodes->front().is_object()) {
            return sdk::text_at(nodes->front().get_object(), "id");
        }
    }
    return std::unexpected(Outcome::conflict(
        "the product has several variants in the shop, and none with the SKU " + std::string(sku)
    ));
}

Task<Outcome> update(Session& session, json::object fields, std::string id) {
    const auto sku = sdk::text_at(fields, "sku");
    const auto held = co_await query(session, documents::kVariants, {{"id", id}});
    if (!held) {
        co_return held.error();
    }
    const auto variant_id = variant_of(*held, sku);
    if (!variant_id) {
        co_return variant_id.error();
    }
    json::object product{{"id", id}};
    copy(fields, "title", product);
    copy(fields, "descriptionHtml", product);
    // A new product is for sale; what people make of one that exists stays, until it is to be archived.
    if (sdk::text_at(fields, "status") == "ARCHIVED") {
        copy(fields, "status", product);
    }
    json::object variant{{"id", *variant_id}};
    copy(fields, "price", variant);
    json::object item;
    if (!sku.empty()) {
        item["sku"] = sku;
    }
    const auto units = units_of(session, fields);
    if (units) {
        item["tracked"] = true;
    }
    variant["inventoryItem"] = std::move(item);
    json::object variables{{"id", id}};
    variables["product"] = std::move(product);
    variables["variants"] = json::array{std::move(variant)};
    const auto data = co_await query(session, documents::kUpdateProduct, std::move(variables));
    if (!data) {
        auto failure = data.error();
        failure.maybe_applied = false;  // an update may be sent twice
        co_return failure;
    }
    if (const auto changed = payload_of(*data, "productUpdate"); !changed) {
        co_return changed.error();
    }
    const auto payload = payload_of(*data, "productVariantsBulkUpdate");
    if (!payload) {
        co_return payload.error();
    }
    auto outcome = outcome_of_object(*payload, "product");
    if (units && outcome.is_success()) {
        const auto stocked = co_await set_stock(session, *variant_id, stock_location(session), *units);
        co_return stocked.is_success() ? outcome : stocked;
    }
    co_return outcome;
}

}  // namespace

Task<Outcome> push_product(Session& session, sdk::Operation operation) {
    auto fields = std::move(operation.fields);
    if (auto refusal = refusal_of_product(session, operation, fields)) {
        co_return std::move(*refusal);
    }
    const auto sku = sdk::text_at(fields, "sku");
    if (!operation.remote_id.empty()) {
        co_return co_await update(session, std::move(fields), operation.remote_id);
    }
    if (auto problem = co_await define_key(session, "PRODUCT")) {
        co_return std::move(*problem);
    }
    const auto found = co_await find(session, operation.key, sku);
    if (!found) {
        co_return found.error();
    }
    if (!found->empty()) {
        co_return co_await update(session, std::move(fields), *found);
    }
    co_return co_await create(session, std::move(fields), operation.key);
}

}  // namespace navette::shopify
