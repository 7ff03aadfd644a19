// Names come from WordPress with "&" and its like as HTML entities. Pure.
#pragma once

#include <navette/sdk/foreign_json.hpp>

#include <string>
#include <string_view>

namespace navette::woocommerce {

namespace json = sdk::json;

/// The text with its entities replaced, each once: "A &amp; B" becomes "A & B".
[[nodiscard]] std::string decode_entities(std::string_view text);

/// Decodes the names of a customer or a product, which the shop encodes, though not those below `billing`.
void decode_names(json::object& fields);

}  // namespace navette::woocommerce
