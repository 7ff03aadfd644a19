// JSON values as text: for fields that are put together, and for people.
#pragma once

#include <boost/json/fwd.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace navette::sync {

/// A text, number or boolean as plain text: 19.99 (not 1.999E1), 20 (not 20.0), true. Nothing for null,
/// arrays and objects.
[[nodiscard]] std::optional<std::string> plain_text(const boost::json::value& value);

/// Null or an empty text: nothing that a person filled in.
[[nodiscard]] bool is_blank(const boost::json::value& value);

/// "text", "a number", "a list", ...: for sentences.
[[nodiscard]] std::string_view kind_name(const boost::json::value& value);

/// The value for an error's sentence: 'Paris', 12, a list; long texts are cut.
[[nodiscard]] std::string shown(const boost::json::value& value);

}  // namespace navette::sync
