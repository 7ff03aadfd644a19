// UTF-8 by code points. Bytes that are no UTF-8 count as one code point each and are kept as they are.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace navette::sync {

struct CodePoint {
    char32_t value = 0;    // U+FFFD where the bytes are no UTF-8
    std::size_t size = 1;  // in bytes
};

/// The first code point of a text that is not empty.
[[nodiscard]] CodePoint first_code_point(std::string_view text);

void append_utf8(std::string& text, char32_t code_point);

/// The longest beginning of the text with at most `count` code points.
[[nodiscard]] std::string_view leading_code_points(std::string_view text, std::size_t count);

/// The text without white space at its ends, no-break and other Unicode spaces included.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Lower and upper case of Latin, Greek and Cyrillic letters that have a partner of one code point.
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);

}  // namespace navette::sync
