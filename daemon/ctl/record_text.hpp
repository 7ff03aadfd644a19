// Rows of the database as people read them. Pure.
#pragma once

#include "daemon/ctl/table.hpp"
#include "daemon/store/admin_session.hpp"

#include <boost/json/array.hpp>

#include <string>
#include <string_view>

namespace navette::ctl {

/// A member as text: empty for null, "yes" and "no", numbers plain, lists and objects as JSON on one line.
[[nodiscard]] std::string shown(const store::Record& record, std::string_view name);

/// A member that is true.
[[nodiscard]] bool is_true(const store::Record& record, std::string_view name);

/// A whole number; 0 where it is none.
[[nodiscard]] std::int64_t integer_of(const store::Record& record, std::string_view name);

/// A word such as "failed", "active" or "done" in its colour.
[[nodiscard]] Cell state_cell(std::string state);

/// "name: value" lines for the members in `names` that hold something, names aligned.
[[nodiscard]] std::string details_text(
    const store::Record& record, const std::vector<std::string_view>& names, const Layout& layout
);

[[nodiscard]] boost::json::array array_of(const store::Records& records);

}  // namespace navette::ctl
