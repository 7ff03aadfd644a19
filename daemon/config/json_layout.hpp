// JSON as people read it in a file. Pure.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace navette::config {

/// Two blanks for each level; what fits into 120 columns stays on one line. Ends with a line break.
[[nodiscard]] std::string json_layout(const boost::json::value& value);

}  // namespace navette::config
