// Carrying a document out: every root field by what answers it, cut to what was asked for.
#pragma once

#include "tests/standin/shopify_graphql.hpp"
#include "tests/standin/shopify_shop.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace navette::standin {

struct ShopifyExecution {
    boost::json::object data;
    boost::json::array errors;
    int cost = 0;  // in points, as it was in the end
};

/// The document must fit the schema: see graphql::validate().
ShopifyExecution execute(
    ShopifyShop& shop, const graphql::Operation& operation, const boost::json::object& variables
);

/// What answers a root field that has no variables in its arguments: as ShopifyRoot::answer. Throws
/// ShopifyError.
boost::json::value answer_root(ShopifyShop& shop, const graphql::Field& field);

}  // namespace navette::standin
