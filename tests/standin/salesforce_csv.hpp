// The CSV of bulk jobs (RFC 4180, lines that end with LF). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

using CsvRow = std::vector<std::string>;

/// The rows of a text, the heading first.
std::vector<CsvRow> parse_csv(std::string_view text);

/// One line, with its end.
std::string csv_line(const CsvRow& row);

}  // namespace navette::standin
