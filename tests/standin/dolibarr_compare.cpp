#include "tests/standin/dolibarr_compare.hpp"

#include "tests/standin/dolibarr_text.hpp"

#include <algorithm>
#include <string>

namespace navette::standin {

namespace {

std::string digits_of(std::string_view text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c >= '0' && c <= '9'; });
    return digits;
}

/// "20261121060830" of any way to write it; a day alone is its midnight.
std::string time_digits(std::string_view text) {
    std::string digits = digits_of(text.substr(0, text.find('.')));
    digits.resize(std::max<std::size_t>(digits.size(), 14), '0');
    return digits.substr(0, 14);
}

int sign(int order) {
    return order < 0 ? -1 : (order > 0 ? 1 : 0);
}

}  // namespace

bool is_time_literal(std::string_view literal) {
    const auto count = digits_of(literal).size();
    const bool dashed = literal.size() > 4 && literal[4] == '-';
    return count >= 14 || (count == 8) || (dashed && count >= 8);
}

int compared(FieldKind kind, std::string_view stored, std::string_view literal) {
    switch (kind) {
        case FieldKind::day:
        case FieldKind::moment:
            return sign(time_digits(stored).compare(time_digits(literal)));
        case FieldKind::integer:
        case FieldKind::amount:
        case FieldKind::rate:
        case FieldKind::percent: {
            const double left = php_number(stored);
            const double right = php_number(literal);
            return left < right ? -1 : (left > right ? 1 : 0);
        }
        case FieldKind::text:
        case FieldKind::note:
        case FieldKind::phone:
        case FieldKind::email:
            break;
    }
    return sign(folded(stored).compare(folded(literal)));
}

bool is_like(std::string_view text, std::string_view pattern) {
    if (pattern.empty()) {
        return text.empty();
    }
    if (pattern.front() == '%') {
        for (std::size_t skipped = 0; skipped <= text.size(); ++skipped) {
            if (is_like(text.substr(skipped), pattern.substr(1))) {
                return true;
            }
        }
        return false;
    }
    if (text.empty()) {
        return false;
    }
    const bool same = pattern.front() == '_' || folded(text.substr(0, 1)) == folded(pattern.substr(0, 1));
    return same && is_like(text.substr(1), pattern.substr(1));
}

}  // namespace navette::standin
