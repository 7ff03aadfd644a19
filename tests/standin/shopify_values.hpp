// Whether a value fits a type of the schema.
#pragma once

#include "tests/standin/shopify_graphql.hpp"

#include <boost/json/value.hpp>

#include <string>

namespace navette::standin::graphql {

/// Why a value is none of the type, in Shopify's words; empty where it is one. Scalars that the stand-in has
/// no rule for take anything.
[[nodiscard]] std::string complaint_about(const boost::json::value& value, const TypeName& type);

}  // namespace navette::standin::graphql
