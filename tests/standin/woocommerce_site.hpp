// A stand-in of WooCommerce's API.
#pragma once

#include "tests/standin/site_kind.hpp"

namespace navette::standin {

SiteKind woocommerce_kind();

}  // namespace navette::standin
