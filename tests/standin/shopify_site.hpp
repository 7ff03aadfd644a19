// A stand-in of Shopify's API.
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

SiteKind shopify_kind();

}  // namespace navette::standin
