// What the shop's own people do, by the tests' orders. All throw std::invalid_argument where there is no
// such record.
#pragma once

#include "tests/standin/shopify_shop.hpp"

namespace navette::standin {

/// Control action `change`: {"object", "remote_id", "delete", "fields"}; answers {"remote_id"}.
boost::json::object change_of_somebody(ShopifyShop& shop, const boost::json::object& asked);

/// {"customers"}: so many more customers, bulk1@shop.test and on, of whom nobody is told.
void populate(ShopifyShop& shop, const boost::json::object& asked);

/// {"remote_id", "lines"}: the order has so many lines from now on.
void give_lines(ShopifyShop& shop, const boost::json::object& asked);

/// {"sku", "quantity"}: somebody counts or sells, and that many are left wherever the variant is stocked.
void count_stock(ShopifyShop& shop, const boost::json::object& asked);

}  // namespace navette::standin
