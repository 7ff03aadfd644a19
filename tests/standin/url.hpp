// Percent-encoding and query strings.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace navette::standin {

/// Decodes %XX once; a broken escape stays as it is. In a query, '+' is a space.
std::string percent_decoded(std::string_view text, bool in_query = false);

/// The parameters of a query string, decoded; of equal names the last one counts, as in PHP.
std::map<std::string, std::string> query_parameters(std::string_view query);

}  // namespace navette::standin
