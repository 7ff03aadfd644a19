// A platform's JSON as PostgreSQL takes it. Pure.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace navette::engine {

/// The value's text for a jsonb parameter: without NUL characters and bytes that are no UTF-8, and with null
/// for numbers that JSON has no word for (1e999).
[[nodiscard]] std::string storable_json(boost::json::value value);

}  // namespace navette::engine
