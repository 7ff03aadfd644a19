// What single products and those of a bulk operation share: what is refused at once, what is found, what is
// created. Pure but for the session's settings.
#pragma once

#include "graphql.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace navette::shopify {

[[nodiscard]] std::string lower_ascii(std::string_view text);

/// `sku:'T-1'` of Shopify's search syntax.
[[nodiscard]] std::string sku_query(std::string_view sku);

/// Copies the member where it is there.
void copy(const json::object& from, std::string_view name, json::object& to);

/// How many units to write, where the integration has a location to write them to.
[[nodiscard]] std::optional<std::int64_t> units_of(const Session& session, const json::object& fields);

/// The outcome of a product that is not sent at all: without a SKU where one is needed, or in a foreign
/// currency.
[[nodiscard]] std::optional<Outcome> refusal_of_product(
    const Session& session, const sdk::Operation& operation, const json::object& fields
);

/// The id of the product that is ours (productByIdentifier), else of the one among these variants that
/// carries the SKU; empty where neither is. Either may be null.
[[nodiscard]] std::string found_product(
    const json::object* ours, const json::object* variants, std::string_view sku
);

/// The variables of productSet that make the product under our key, with its stock.
[[nodiscard]] json::object product_creation(
    const Session& session, const json::object& fields, const std::string& key
);

}  // namespace navette::shopify
