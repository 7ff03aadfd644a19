// Lines of an order: what the shop makes of what is sent, its taxes and the order's total.
#pragma once

#include "tests/standin/woocommerce_products.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace navette::standin::woocommerce {

/// An amount in ten-thousandths, which the shop keeps; zero for what is no amount.
[[nodiscard]] std::int64_t amount_of(std::string_view text);
/// "12.50", rounded half up.
[[nodiscard]] std::string two_decimals(std::int64_t amount);

class OrderLines {
  public:
    OrderLines(Shop& shop, Products& products) : shop_(shop), products_(products) {}

    /// What a single call's schema refuses in `line_items`; batches are not asked.
    [[nodiscard]] static std::optional<Refusal> schema(const json::object& body);

    /// Writes the sent lines into an order: without an id they are added, with one changed, and with
    /// `"product_id": null` removed.
    [[nodiscard]] std::optional<Refusal> write(json::object& order, const json::object& body);

    /// Counts taxes and totals anew; what the client sent of them is nowhere used.
    void count(json::object& order) const;

    /// Takes the products of all lines out of the stock.
    void take_stock(const json::object& order);

    void clear() { last_line_ = 0; }

  private:
    [[nodiscard]] Checked<json::object> made(const json::object& sent);
    [[nodiscard]] std::int64_t rate_of(const std::string& tax_class, const std::string& country) const;

    Shop& shop_;
    Products& products_;
    std::int64_t last_line_ = 0;
};

}  // namespace navette::standin::woocommerce
