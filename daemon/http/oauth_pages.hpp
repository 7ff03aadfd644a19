// What a person sees in the browser after consenting, or not. Pure.
#pragma once

#include "daemon/http/exchange.hpp"

#include <string>
#include <string_view>

namespace navette::http {

/// A small page without scripts or foreign resources. Title and text are escaped.
[[nodiscard]] Response page(int status, const std::string& title, const std::string& text);

/// `text` as it stands in HTML, also in an attribute's value.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace navette::http
