// The start of a bulk operation that reads: Shopify runs one query to its end by itself, at no cost in
// points, and writes what it finds into a file.
#pragma once

#include "graphql.hpp"
#include "read_objects.hpp"
#include "sweep.hpp"

#include <chrono>
#include <expected>
#include <optional>
#include <string>

namespace navette::shopify {

/// Whether no earlier one was refused or went wrong a short while ago.
[[nodiscard]] bool takes_bulk_query(const Session& session);

/// So long all is read by pages.
void leave_bulk_queries_alone(Session& session, std::chrono::seconds time);
inline constexpr std::chrono::seconds kBulkQueriesOff = std::chrono::minutes(10);

/// Has all records read that changed `since` (all there are where it is empty), if they are many enough for
/// that. Nothing where they are to be read by pages: they are few, or Shopify takes no such operation, which
/// is remarked. Trouble of the account is told as it is. Where the answer to the start was lost, what it
/// started is looked for.
[[nodiscard]] Task<std::expected<std::optional<BulkPlace>, Outcome>> begin_bulk_query(
    Session& session, Object object, std::string since
);

}  // namespace navette::shopify
