// Where a sweep over an object's changes stands: what a cursor holds.
#pragma once

#include "deletions.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace navette::shopify {

/// Changes are read once more for so long: what was changed just before shows late.
inline constexpr std::chrono::minutes kOverlap{5};

/// A bulk operation that reads for the sweep.
struct BulkPlace {
    std::string id;
    std::string began;                   // by the shop's clock, in UTC
    std::optional<std::int64_t> offset;  // of the next record in its file; nothing while it is at work
    std::int64_t looks = 0;              // calls that waited for it in vain
    std::int64_t objects = 0;            // how many it had read when it was seen to get on
    std::int64_t moved = 0;              // when that was, by our clock, in seconds since 1970
};

struct Cursor {
    std::string since;      // changes from this moment on, in UTC; empty: all
    std::string after;      // Shopify's cursor in this sweep
    std::string newest;     // the latest change of this sweep
    std::int64_t read = 0;  // how many records this sweep has brought
    Deletions deletions;    // the sweep ends with these
    bool is_in_deletions = false;
    std::optional<BulkPlace> bulk;  // nothing where it goes by pages
};

/// The cursor that was stored; a new sweep of everything where it is null.
[[nodiscard]] Cursor read_cursor(const json::value& value, sdk::Instant now);

/// The cursor of a page that comes next in a sweep, or begins one: changes `since` then, and what all of them
/// carry.
[[nodiscard]] json::object cursor_of(const Cursor& cursor, const std::string& since);

/// The cursor of the next call for that bulk operation.
[[nodiscard]] json::object bulk_cursor_of(const Cursor& cursor, const BulkPlace& place);

/// The cursor of the deletions with which a sweep ends. The next sweep begins at `newest`, less the overlap,
/// or where this one did if that is empty.
[[nodiscard]] json::object end_cursor_of(const Cursor& cursor, const std::string& newest);

}  // namespace navette::shopify
