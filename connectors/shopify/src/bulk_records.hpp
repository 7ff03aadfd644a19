// Which records of a batch a bulk operation may carry, and what its lines say of them.
#pragma once

#include "graphql.hpp"

#include <cstddef>
#include <expected>
#include <vector>

namespace navette::shopify {

/// One line of a bulk operation's file.
struct BulkLine {
    std::size_t at;  // the operation's place in the batch
    json::object variables;
};

/// The lines of customers: all but those whose address is to be changed, which takes calls of its own, and
/// those that share an address or an id with an earlier one of the batch, since lines run in any order. Looks
/// up which ones exist, for an existing one keeps its addresses and tags. Fails where that is impossible.
[[nodiscard]] Task<std::expected<std::vector<BulkLine>, Outcome>> bulk_customers(
    Session& session, std::vector<sdk::Operation> batch
);

/// The lines of products that are new to the shop, each SKU once; to change one takes several calls. Looks up
/// which ones exist, by our key and by SKU.
[[nodiscard]] Task<std::expected<std::vector<BulkLine>, Outcome>> bulk_products(
    Session& session, std::vector<sdk::Operation> batch
);

/// Whether the record of a result is the one that the line names. Pure.
[[nodiscard]] bool shows_customer(const json::object& variables, const json::object& customer);
[[nodiscard]] bool shows_product(const json::object& variables, const json::object& product);

}  // namespace navette::shopify
