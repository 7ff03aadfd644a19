// From a request's JSON to a row, and from a row to the answer's JSON.
#pragma once

#include "tests/standin/dolibarr_answer.hpp"
#include "tests/standin/dolibarr_environment.hpp"
#include "tests/standin/dolibarr_table.hpp"

#include <boost/json/fwd.hpp>

#include <string>

namespace navette::standin {

/// A JSON string, number or boolean as PHP would turn it into a text; nothing for null, arrays and objects.
Value scalar_text(const boost::json::value& value);

/// The member as a text; nothing when it is absent or null.
Value member_text(const boost::json::object& body, std::string_view name);

/// Copies the members of the body that the layout knows into the row, cleaned and checked as the database
/// would; unknown members are ignored. Also reads array_options.
Checked<void> fill(
    Row& row, const boost::json::object& body, bool creating, DolibarrEnvironment& environment
);

/// All members of the layout, every number a string, dates epochs, and array_options.
boost::json::object shown(const Row& row, DolibarrEnvironment& environment);

}  // namespace navette::standin
