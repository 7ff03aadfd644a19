#include "tests/standin/salesforce_csv.hpp"

namespace navette::standin {

std::vector<CsvRow> parse_csv(std::string_view text) {
    std::vector<CsvRow> rows;
    CsvRow row;
    std::string value;
    bool quoted = false;
    const auto end_value = [&] {
        row.push_back(std::move(value));
        value.clear();
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (quoted && c == '"' && at + 1 < text.size() && text[at + 1] == '"') {
            value += '"';
            ++at;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && c == ',') {
            end_value();
        } else if (!quoted && c == '\n') {
            end_value();
            rows.push_back(std::move(row));
            row.clear();
        } else {
            value += c;
        }
    }
    if (!value.empty() || !row.empty()) {
        end_value();
        rows.push_back(std::move(row));
    }
    return rows;
}

std::string csv_line(const CsvRow& row) {
    std::string line;
    for (const auto& value : row) {
        line += line.empty() ? "\"" : ",\"";
        for (const char c : value) {
            line += c == '"' ? "\"\"" : std::string(1, c);
        }
        line += '"';
    }
    return line + "\n";
}

}  // namespace navette::standin
