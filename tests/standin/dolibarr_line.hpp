// One line of an order and its money, computed as Dolibarr computes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace navette::standin {

struct OrderLine {
    std::int64_t id = 0;
    std::string description;
    double unit_price = 0;  // net of tax, at most 5 decimals
    double quantity = 0;
    double vat_percent = 0;
    double discount_percent = 0;
    std::optional<std::int64_t> product;
    int product_type = 0;  // 0 goods, 1 service

    double net = 0;  // these three rounded to 2 decimals
    double vat = 0;
    double gross = 0;

    friend bool operator==(const OrderLine&, const OrderLine&) = default;
};

/// Cuts the unit price to 5 decimals and fills net, vat and gross, each rounded for this line alone.
void price(OrderLine& line);

}  // namespace navette::standin
