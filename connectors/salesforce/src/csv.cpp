// The CSV of bulk jobs (RFC 4180, lines that end with LF).
#include "bulk.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace navette::salesforce {

namespace {

std::string quoted(std::string_view text) {
    std::string cell = "\"";
    for (const char c : text) {
        cell += c == '"' ? "\"\"" : std::string(1, c);
    }
    return cell + "\"";
}

/// Without an exponent, which not every reader of CSV takes.
std::string digits_of(double number) {
    std::array<char, 400> text{};
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    return error == std::errc() ? std::string(text.data(), end) : std::string("0");
}

std::string cell_of(const json::value& value) {
    if (value.is_null() || (value.is_string() && value.get_string().empty())) {
        return "#N/A";
    }
    if (value.is_string()) {
        return quoted(value.get_string());
    }
    return value.is_double() ? digits_of(value.get_double()) : json::serialize(value);
}

/// The next line's cells; the text behind it stays.
std::vector<std::string> next_line(std::string_view& csv) {
    std::vector<std::string> cells(1);
    bool in_quotes = false;
    while (!csv.empty()) {
        const char c = csv.front();
        csv.remove_prefix(1);
        if (in_quotes && c == '"' && csv.starts_with('"')) {
            cells.back() += '"';
            csv.remove_prefix(1);
        } else if (c == '"') {
            in_quotes = !in_quotes;
        } else if (!in_quotes && c == ',') {
            cells.emplace_back();
        } else if (!in_quotes && c == '\n') {
            break;
        } else if (in_quotes || c != '\r') {
            cells.back() += c;
        }
    }
    return cells;
}

}  // namespace

std::string csv_of(const std::vector<json::object>& records) {
    std::set<std::string> columns;
    for (const auto& record : records) {
        for (const auto& [name, value] : record) {
            columns.insert(std::string(name));
        }
    }
    std::string csv;
    for (const auto& column : columns) {
        csv += (csv.empty() ? "" : ",") + column;
    }
    csv += '\n';
    for (const auto& record : records) {
        std::string line;
        for (const auto& column : columns) {
            const auto* value = record.if_contains(column);
            line += column == *columns.begin() ? "" : ",";
            line += value == nullptr ? "" : cell_of(*value);
        }
        csv += line + '\n';
    }
    return csv;
}

std::map<std::string, std::string> columns_of(
    std::string_view csv, std::string_view from, std::string_view to
) {
    std::map<std::string, std::string> pairs;
    const auto heading = next_line(csv);
    const auto left = static_cast<std::size_t>(std::ranges::find(heading, from) - heading.begin());
    const auto right = static_cast<std::size_t>(std::ranges::find(heading, to) - heading.begin());
    while (!csv.empty()) {
        auto cells = next_line(csv);
        if (left < cells.size() && right < cells.size() && cells.size() == heading.size()) {
            pairs[std::move(cells[left])] = std::move(cells[right]);
        }
    }
    return pairs;
}

}  // namespace navette::salesforce
