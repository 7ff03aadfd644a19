// Percent-encoding of addresses. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::http {

/// `text` with its %XX escapes decoded; none where an escape is malformed or gives a NUL.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

/// The pairs of a query string (without its "?"), decoded, "+" as a blank, in order. An escape that is
/// malformed stays as it is: platforms send such, and what counts is checked where it is used.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> query_pairs(std::string_view query);

}  // namespace navette::http
