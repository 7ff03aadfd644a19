// A sweep over many records, read by one bulk operation in place of hundreds of pages. Each call hands out a
// page of it, and the cursor says where the next one goes on, in this process or another.
#pragma once

#include "graphql.hpp"
#include "read_objects.hpp"
#include "sweep.hpp"

#include <expected>
#include <optional>

namespace navette::shopify {

/// For a sweep that stands before its second page. An empty page whose cursor goes on in bulk, where that
/// pays: see begin_bulk_query(). Nothing where the sweep goes on by pages.
[[nodiscard]] Task<std::expected<std::optional<sdk::PullPage>, Outcome>> begin_in_bulk(
    Session& session, Object object, Cursor cursor
);

/// The next page where `cursor.bulk` is there. An empty one while the operation is at work: the call waits
/// for it, less than a minute. Where nothing comes of it, a remark says why, and the sweep begins again, by
/// pages.
[[nodiscard]] Task<std::expected<sdk::PullPage, Outcome>> read_in_bulk(
    Session& session, Object object, Cursor cursor, int limit
);

}  // namespace navette::shopify
