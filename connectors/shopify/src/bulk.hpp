// Large batches of background work by a bulk operation: it costs no points, so that live work keeps them.
#pragma once

#include "graphql.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace navette::shopify {

/// So many records and more that fit go by a bulk operation. One takes ten to thirty seconds whatever it
/// carries; at a hundred points a second, single customers go at about nine a second.
inline constexpr std::size_t kBulkFrom = 100;

/// The outcome of each operation that is settled; nothing for those that are to go singly, in their order.
using Settled = std::vector<std::optional<Outcome>>;

/// Whether push_in_bulk() has anything to do with the batch. Pure.
[[nodiscard]] bool concerns_bulk(const std::vector<sdk::Operation>& batch);

/// Customers and new products that one mutation writes completely go by a bulk operation where they are many;
/// whatever does not fit, was not reached or tells no result is left to go singly. All of it may be written
/// again without harm. Before anything in doubt is written again, what an earlier bulk operation still does
/// is ended: see end_earlier_bulk().
[[nodiscard]] Task<Settled> push_in_bulk(Session& session, std::vector<sdk::Operation> batch);

}  // namespace navette::shopify
