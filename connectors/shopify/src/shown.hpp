// What pull and fetch show of an object, in the terms in which a push takes it, so that the mapping reads
// back by the names by which it writes. Pure.
#pragma once

#include "graphql.hpp"

#include <string_view>

namespace navette::shopify {

/// Adds to an object as Shopify tells it ("customer", "product", "order", "draft_order"): a customer's
/// `address`; a product's `sku`, `price` and, where the stock of a location was asked for, `_stock`, all
/// three only where it has a single variant; an order's `currency`, `_amount` and `lineItems` as a list of
/// lines; a draft order's `_amount` and `note`.
[[nodiscard]] json::object shown_of(std::string_view object, json::object told);

/// The record that Shopify tells: with its id, its time of change and what is shown of it.
[[nodiscard]] sdk::RemoteRecord record_shown(std::string_view object, json::object told);

}  // namespace navette::shopify
