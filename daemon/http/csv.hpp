// Comma-separated values by RFC 4180, safe to open in a spreadsheet. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace navette::http {

/// A text as a field: in quotation marks where it holds a comma, a quotation mark or a line break. One that a
/// spreadsheet would take for a formula (it begins with = + - @, a tab or a carriage return) gets an
/// apostrophe in front.
[[nodiscard]] std::string csv_text(std::string_view text);

/// Fields, ready for a file, as one line with its CRLF.
[[nodiscard]] std::string csv_line(std::span<const std::string> fields);

}  // namespace navette::http
