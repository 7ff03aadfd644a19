// A text that is a number from its first to its last character. Internal to daemon/config.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace navette::config {

/// Nothing when the text is no such number or does not fit.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text) {
    Number number{};
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const auto [rest, error] = std::from_chars(begin, end, number);
    return error == std::errc{} && rest == end ? std::optional(number) : std::nullopt;
}

}  // namespace navette::config
