// Cutting an answer out of full objects: the fields that were asked for, pages of connections, and what the
// answer cost in the end.
#pragma once

#include "tests/standin/shopify_schema.hpp"

#include <boost/json/object.hpp>

#include <stdexcept>
#include <string>

namespace navette::standin::graphql {

/// A cursor of another query, or one that goes deeper than Shopify pages.
class BadCursor : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// How deep a client may page through one connection.
inline constexpr std::size_t kDeepestPage = 25'000;

struct Projected {
    boost::json::object object;
    int cost = 0;
};

/// The object with the fields of the selection. `full` holds every field of its type; a connection is an
/// array of all its nodes in their order, each with its place in that order as "__cursor" (compared as text;
/// its index where there is none). Throws BadCursor.
[[nodiscard]] Projected project(
    const boost::json::object& full,
    const std::string& type,
    const std::vector<Field>& selection,
    const boost::json::object& variables
);

}  // namespace navette::standin::graphql
