#include "daemon/ctl/table.hpp"

#include "daemon/sync/utf8.hpp"

#include <algorithm>

namespace navette::ctl {

namespace {

constexpr std::string_view kGap = "  ";
constexpr std::string_view kEllipsis = "…";
// Narrower, a last column says nothing: it is not cut.
constexpr std::size_t kNarrowest = 10;

bool is_between(char32_t c, char32_t first, char32_t last) {
    return c >= first && c <= last;
}

std::size_t places_of(char32_t c) {
    if (is_between(c, 0x300, 0x36F) || is_between(c, 0x200B, 0x200F) || is_between(c, 0xFE00, 0xFE0F) ||
        c == 0xFEFF) {
        return 0;
    }
    const bool wide =
        is_between(c, 0x1100, 0x115F) || is_between(c, 0x2E80, 0xA4CF) || is_between(c, 0xAC00, 0xD7A3) ||
        is_between(c, 0xF900, 0xFAFF) || is_between(c, 0xFE30, 0xFE6F) || is_between(c, 0xFF00, 0xFF60) ||
        is_between(c, 0xFFE0, 0xFFE6) || is_between(c, 0x1F300, 0x1FAFF) || is_between(c, 0x20000, 0x3FFFD);
    return wide ? 2 : 1;
}

/// Controls, and the marks that turn the direction of writing and so can make one text look like another.
bool steers(char32_t c) {
    return c < 0x20 || is_between(c, 0x7F, 0x9F) || is_between(c, 0x202A, 0x202E) ||
           is_between(c, 0x2066, 0x2069);
}

std::string cut(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) {
        return std::string(text);
    }
    std::string kept;
    std::size_t used = 1;  // the ellipsis
    while (!text.empty()) {
        const auto next = sync::first_code_point(text);
        used += places_of(next.value);
        if (used > width) {
            break;
        }
        kept += text.substr(0, next.size);
        text.remove_prefix(next.size);
    }
    return kept + std::string(kEllipsis);
}

std::string_view code_of(Tone tone) {
    switch (tone) {
        case Tone::good:
            return "\033[32m";
        case Tone::bad:
            return "\033[31m";
        case Tone::attention:
            return "\033[33m";
        case Tone::faint:
            return "\033[2m";
        case Tone::plain:
            break;
    }
    return "";
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const auto next = sync::first_code_point(text);
        width += places_of(next.value);
        text.remove_prefix(next.size);
    }
    return width;
}

std::string printable(std::string_view text) {
    std::string clean;
    while (!text.empty()) {
        const auto next = sync::first_code_point(text);
        if (next.value == '\n' || next.value == '\t' || next.value == '\r') {
            clean += ' ';
        } else if (steers(next.value) || next.value == 0xFFFD) {
            clean += "\uFFFD";
        } else {
            clean += text.substr(0, next.size);
        }
        text.remove_prefix(next.size);
    }
    return clean;
}

std::string toned(std::string_view text, Tone tone, const Layout& layout) {
    const auto code = code_of(tone);
    return layout.color && !code.empty() ? std::string(code) + std::string(text) + "\033[0m"
                                         : std::string(text);
}

std::string Table::text(const Layout& layout) const {
    std::vector<std::vector<Cell>> lines;
    std::vector<Cell> titles;
    titles.reserve(columns_.size());
    for (const auto& column : columns_) {
        titles.emplace_back(column.title, Tone::faint);
    }
    lines.push_back(std::move(titles));
    std::vector<bool> is_filled(columns_.size(), false);
    for (const auto& row : rows_) {
        auto& line = lines.emplace_back();
        for (std::size_t at = 0; at < columns_.size(); ++at) {
            line.emplace_back(printable(row[at].text), row[at].tone);
            is_filled[at] = is_filled[at] || !row[at].text.empty();
        }
    }
    std::vector<std::size_t> shown;
    std::vector<std::size_t> widths(columns_.size(), 0);
    std::size_t before_last = 0;
    for (std::size_t at = 0; at < columns_.size(); ++at) {
        if (!is_filled[at]) {
            continue;
        }
        if (!shown.empty()) {
            before_last += widths[shown.back()] + kGap.size();
        }
        shown.push_back(at);
        for (const auto& line : lines) {
            widths[at] = std::max(widths[at], display_width(line[at].text));
        }
    }
    std::string out;
    for (const auto& line : lines) {
        std::string blanks;
        for (const auto at : shown) {
            const bool is_last = at == shown.back();
            auto text = line[at].text;
            if (is_last && !columns_[at].is_right && layout.width >= before_last + kNarrowest) {
                text = cut(text, layout.width - before_last);
            }
            const std::string padding(widths[at] - std::min(widths[at], display_width(text)), ' ');
            if (columns_[at].is_right) {
                blanks += padding;
            }
            if (!text.empty()) {
                out += blanks + toned(text, line[at].tone, layout);
                blanks.clear();
            }
            if (!columns_[at].is_right) {
                blanks += padding;
            }
            blanks += kGap;
        }
        out += '\n';
    }
    return out;
}

}  // namespace navette::ctl
