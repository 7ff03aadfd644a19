// Makes any bytes a text that a log and PostgreSQL take. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace navette::outbound {

/// `bytes` with U+FFFD for each NUL and each byte that is not part of well-formed UTF-8.
[[nodiscard]] std::string valid_utf8(std::string_view bytes);

/// The longest beginning of the valid UTF-8 `text` that has at most `limit` bytes and cuts no character in
/// two.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t limit);

}  // namespace navette::outbound
