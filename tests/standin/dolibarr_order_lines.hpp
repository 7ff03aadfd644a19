// An order's lines between JSON and money.
#pragma once

#include "tests/standin/dolibarr_table.hpp"

#include <boost/json/fwd.hpp>

#include <cstdint>

namespace navette::standin {

/// Overwrites in the line what the body names, then prices it. Unknown members, `description` among them, are
/// ignored.
void read_line(OrderLine& line, const boost::json::object& body);

boost::json::array shown_lines(const Row& order);

/// Writes the sums of the lines into the order.
void total(Row& order);

}  // namespace navette::standin
