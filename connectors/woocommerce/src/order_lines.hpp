// Lines of an order as a shop takes them: net amounts for the whole line, with a tax class. Pure.
#pragma once

#include "exchange.hpp"

#include <expected>
#include <map>
#include <string>
#include <vector>

namespace navette::woocommerce {

/// What the shop calls a product: a variation has its parent's id as well.
struct ProductId {
    std::int64_t product = 0;
    std::int64_t variation = 0;  // 0: none
};

/// The SKUs that the lines name, each once, as they are written.
[[nodiscard]] std::vector<std::string> skus_of(const json::array& lines);

/// The lines as they are sent; `products` by SKU in lower case. An unknown SKU is refused: the shop would
/// take the line with a total of nothing.
[[nodiscard]] std::expected<json::array, Outcome> shape_lines(
    const json::array& lines, const std::map<std::string, ProductId>& products, const json::object& settings
);

/// An amount such as "25.07" or "25" in cents; nothing where it is none, or has parts of a cent.
[[nodiscard]] std::optional<std::int64_t> to_cents(std::string_view text);

}  // namespace navette::woocommerce
