// Texts as business systems keep a name, a title or a label.
#pragma once

#include <string>
#include <string_view>

namespace navette::sync {

/// The text without HTML tags, double quotes and characters beyond U+FFFF, with one blank for several, and
/// without white space at its ends. A "<" before a blank, a digit or a sign is no tag. What comes out is left
/// as it is by a second call.
[[nodiscard]] std::string plain_text(std::string_view text);

/// The text without characters beyond U+FFFF (emoji).
[[nodiscard]] std::string without_supplementary(std::string_view text);

}  // namespace navette::sync
