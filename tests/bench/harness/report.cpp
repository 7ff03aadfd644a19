#include "tests/bench/harness/report.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <utility>

namespace navette::bench {

Table::Table(std::vector<std::string> headings) {
    rows_.push_back(std::move(headings));
}

void Table::row(std::vector<std::string> cells) {
    rows_.push_back(std::move(cells));
}

void Table::print() const {
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t column = 0; column < row.size(); ++column) {
            widths[column] = std::max(widths[column], row[column].size());
        }
    }
    for (const auto& row : rows_) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            const int width = static_cast<int>(widths[column]);
            std::printf(column == 0 ? "%-*s" : "  %*s", width, row[column].c_str());
        }
        std::printf("\n");
    }
    std::printf("\n");
}

std::string figure_text(double value, int decimals) {
    std::array<char, 64> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.*f", decimals, value);
    std::string text = buffer.data();
    const auto point = std::min(text.find('.'), text.size());
    for (auto at = static_cast<std::ptrdiff_t>(point) - 3; at > (value < 0 ? 1 : 0); at -= 3) {
        text.insert(static_cast<std::size_t>(at), 1, ',');
    }
    return text;
}

Report::Report(std::string name, int count, char** arguments)
    : name_(std::move(name)), file_(count > 1 ? arguments[1] : "") {}

void Report::figure(const std::string& key, double value) {
    // Four digits tell all that such a measurement can.
    const auto digits = value == 0 ? 0 : 3 - static_cast<int>(std::floor(std::log10(std::abs(value))));
    const auto unit = std::pow(10.0, std::max(digits, 0));
    const auto rounded = std::round(value * unit) / unit;
    if (digits > 0) {
        figures_[key] = rounded;
    } else {
        figures_[key] = std::llround(rounded);
    }
}

void Report::finish() const {
    if (!file_.empty()) {
        std::ofstream(file_) << boost::json::serialize(figures_) << '\n';
    }
    std::printf("%s:", name_.c_str());
    for (const auto& [key, value] : figures_) {
        std::printf(" %s=%.6g", std::string(key).c_str(), value.to_number<double>());
    }
    std::printf("\n");
}

}  // namespace navette::bench
