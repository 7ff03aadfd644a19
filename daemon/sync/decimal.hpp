// Decimal numbers held exactly, for money: no binary fraction ever touches an amount.
#pragma once

#include <boost/json/fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace navette::sync {

using Int128 = __int128;

/// units / 10^scale, with |units| < 10^37 and 0 <= scale <= 17.
struct Decimal {
    Int128 units = 0;
    int scale = 0;

    /// The number in units of 10^-decimals, rounded half away from zero. 0 <= decimals <= 10.
    [[nodiscard]] Int128 rounded(int decimals) const;

    /// The number if it is whole and fits.
    [[nodiscard]] std::optional<std::int64_t> integer() const;
};

/// Reads "-12.50": an optional sign, digits, an optional point and digits, nothing else. Nothing for other
/// texts and for more than 20 digits before the point; digits beyond the 17th after it are dropped.
[[nodiscard]] std::optional<Decimal> parse_decimal(std::string_view text);

/// A number or numeric text. A binary fraction stands for the shortest decimal that reads back as the same,
/// to 10 places.
[[nodiscard]] std::optional<Decimal> decimal_of(const boost::json::value& value);

/// The quotient, rounded half away from zero. The divisor is positive and both are below 10^37.
[[nodiscard]] Int128 divide_rounded(Int128 dividend, Int128 divisor);

[[nodiscard]] Int128 power_of_ten(int exponent);

/// "10.41667" for 1041667 units of 5 decimals.
[[nodiscard]] std::string fixed_text(Int128 units, int decimals);

}  // namespace navette::sync
