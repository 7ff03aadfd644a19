#include "daemon/sync/decimal.hpp"

#include "daemon/sync/value_text.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <cstddef>
#include <limits>

namespace navette::sync {
namespace {

constexpr std::size_t kMaxWholeDigits = 20;
constexpr std::size_t kMaxScale = 17;
constexpr int kBinaryPlaces = 10;

bool all_digits(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Int128 power_of_ten(int exponent) {
    Int128 power = 1;
    for (; exponent > 0; --exponent) {
        power *= 10;
    }
    return power;
}

Int128 divide_rounded(Int128 dividend, Int128 divisor) {
    const Int128 half = divisor / 2;
    return (dividend >= 0 ? dividend + half : dividend - half) / divisor;
}

Int128 Decimal::rounded(int decimals) const {
    return decimals >= scale ? units * power_of_ten(decimals - scale)
                             : divide_rounded(units, power_of_ten(scale - decimals));
}

std::optional<std::int64_t> Decimal::integer() const {
    const Int128 divisor = power_of_ten(scale);
    const Int128 whole = units / divisor;
    if (whole * divisor != units || whole < std::numeric_limits<std::int64_t>::min() ||
        whole > std::numeric_limits<std::int64_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(whole);
}

std::optional<Decimal> parse_decimal(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    const std::size_t point = text.find('.');
    std::string_view whole = text.substr(0, point);
    std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
    if (whole.empty() || !all_digits(whole) || !all_digits(fraction) ||
        (point != std::string_view::npos && fraction.empty())) {
        return std::nullopt;
    }
    whole.remove_prefix(std::min(whole.find_first_not_of('0'), whole.size()));
    if (whole.size() > kMaxWholeDigits) {
        return std::nullopt;
    }
    fraction = fraction.substr(0, kMaxScale);
    fraction = fraction.substr(0, fraction.find_last_not_of('0') + 1);
    Decimal number;
    for (const std::string_view digits : {whole, fraction}) {
        for (const char digit : digits) {
            number.units = number.units * 10 + (digit - '0');
        }
    }
    number.units = negative ? -number.units : number.units;
    number.scale = static_cast<int>(fraction.size());
    return number;
}

std::optional<Decimal> decimal_of(const boost::json::value& value) {
    if (value.is_bool()) {
        return std::nullopt;
    }
    const std::optional<std::string> text = plain_text(value);
    std::optional<Decimal> number = text ? parse_decimal(*text) : std::nullopt;
    if (number && value.is_double() && number->scale > kBinaryPlaces) {
        // 0.1 + 0.2 was meant as 0.3.
        return Decimal{.units = number->rounded(kBinaryPlaces), .scale = kBinaryPlaces};
    }
    return number;
}

std::string fixed_text(Int128 units, int decimals) {
    const bool negative = units < 0;
    std::string text;
    for (int place = 0; units != 0 || place <= decimals; ++place) {
        if (place == decimals && decimals > 0) {
            text.push_back('.');
        }
        const int digit = static_cast<int>(units % 10);
        text.push_back(static_cast<char>('0' + (digit < 0 ? -digit : digit)));
        units /= 10;
    }
    if (negative) {
        text.push_back('-');
    }
    std::ranges::reverse(text);
    return text;
}

}  // namespace navette::sync
