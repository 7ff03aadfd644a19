// JSON for people and scripts. Pure.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace navette::ctl {

/// Indented by two blanks, numbers as people write them: 19.99, not Boost.JSON's 1.999E1. Letters beyond
/// ASCII stay; characters that would steer a terminal are escaped.
[[nodiscard]] std::string pretty_json(const boost::json::value& value);

/// The same on one line.
[[nodiscard]] std::string compact_json(const boost::json::value& value);

}  // namespace navette::ctl
