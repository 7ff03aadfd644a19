// What Shopify checks before it does anything: that the document fits the schema, that the variables fit
// their types, and what the request may cost at most.
#pragma once

#include "tests/standin/shopify_schema.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace navette::standin::graphql {

/// How lists are asked for: by pages, of which each list must say how long they are, or as a whole, as in
/// bulk.
enum class Lists { paged, whole };

/// The list of errors as Shopify words them; empty where the request may run.
[[nodiscard]] boost::json::array validate(
    const Operation& operation, const boost::json::object& variables, Lists lists = Lists::paged
);

/// The points that the operation may cost: one for each object, two and the page's size for a connection, ten
/// for a mutation, nothing for scalars. A connection without `first` counts as a page of one.
[[nodiscard]] int requested_cost(const Operation& operation, const boost::json::object& variables);

/// One entry of `errors`.
[[nodiscard]] boost::json::object error(
    const std::string& message, std::string_view code, boost::json::object extensions = {}
);

/// Whether the type's name is that of a list in pages.
[[nodiscard]] bool is_connection(std::string_view type);

}  // namespace navette::standin::graphql
