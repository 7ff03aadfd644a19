// What a bulk operation that reads finds: a line for each record, and one for each of its children.
#pragma once

#include "tests/standin/message.hpp"

#include <expected>
#include <string>
#include <vector>

namespace navette::standin {

class ShopifyShop;

/// The lines as the shop is now; else what is wrong with the query. As at Shopify it has one list at its
/// root, five lists and two levels of them at most, and each record that has a list below it names its id.
/// `grouped`: a record's children follow it; else they stand anywhere, here behind all records.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> bulk_query_lines(
    ShopifyShop& shop, const std::string& text, bool grouped
);

/// The file, or the part of it that the request's `Range` asks for.
[[nodiscard]] Response file_answer(const Request& request, const std::string& file, bool knows_ranges);

}  // namespace navette::standin
