// The file of a bulk query: a record on each line, and behind it its children, such as an order's lines, each
// on a line of its own that names the record. Pure.
#pragma once

#include <navette/sdk/task.hpp>

#include <cstddef>
#include <expected>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace navette::shopify {

namespace json = sdk::json;

inline constexpr std::size_t kAllChildren = std::numeric_limits<std::size_t>::max();

/// Where a record's children go: into {"nodes": [...]} under that name, as in a page. Empty: it has none.
struct Children {
    std::string_view name;
    std::size_t kept = 0;  // the first ones
};

struct JoinedLines {
    std::vector<json::object> records;
    std::size_t taken = 0;  // bytes of the text that these records and their children take up
};

/// The first records of the text, `most` at most, each with its children. The text begins with a record; it
/// may end anywhere, and a record that may have more children behind the end is left out, unless `is_end`
/// says that nothing follows. Why it cannot be understood, where it is no such text.
[[nodiscard]] std::expected<JoinedLines, std::string> join_lines(
    std::string_view text, bool is_end, std::size_t most, Children children
);

}  // namespace navette::shopify
