// Amounts: whole cents to decimal texts, gross to net. Exact throughout.
#include "daemon/sync/argument.hpp"
#include "daemon/sync/decimal.hpp"
#include "daemon/sync/transforms.hpp"
#include "daemon/sync/value_text.hpp"

#include <array>

namespace navette::sync {
namespace {

namespace json = boost::json;

constexpr int kMaxDecimals = 8;
constexpr int kMaxVatScale = 6;
constexpr int kMaxVatPercent = 1'000;

/// What an amount that includes VAT is divided by: dividend / divisor = 100 / (100 + percent).
struct NetFraction {
    Int128 dividend = 1;
    Int128 divisor = 1;
};

core::Result<NetFraction> net_fraction(const Path& vat, const json::object& scope) {
    const json::value* percent = find_filled(vat, scope);
    if (percent == nullptr) {
        return refusal(vat.text() + " is missing, the VAT percent that is needed for the net amount");
    }
    const std::optional<Decimal> rate = decimal_of(*percent);
    if (!rate || rate->scale > kMaxVatScale || rate->units < 0 ||
        rate->units > kMaxVatPercent * power_of_ten(rate->scale)) {
        return refusal(
            vat.text() + " is " + shown(*percent) + ", which is not a VAT percent such as 20 or 5.5"
        );
    }
    const Int128 hundred = 100 * power_of_ten(rate->scale);
    return NetFraction{.dividend = hundred, .divisor = hundred + rate->units};
}

core::Result<std::int64_t> whole_cents(const json::value& value) {
    const std::optional<Decimal> number = decimal_of(value);
    const std::optional<std::int64_t> cents = number ? number->integer() : std::nullopt;
    if (!cents) {
        return refusal(shown(value) + " is not a whole number of cents");
    }
    return *cents;
}

core::Result<Field> decimal_to_cents(const json::value& value) {
    std::optional<Decimal> amount = decimal_of(value);
    if (amount) {
        amount->units *= 100;
    }
    const std::optional<std::int64_t> cents = amount ? amount->integer() : std::nullopt;
    if (!cents) {
        return refusal(shown(value) + " is not an amount in whole cents");
    }
    return Field(*cents);
}

core::Result<Transform> compile_cents_to_decimal(const json::value& argument) {
    ArgumentReader read(argument);
    const int decimals = static_cast<int>(read.integer("decimals", 2, kMaxDecimals, 2));
    Path vat = read.path("net_of");
    if (auto checked = read.finish(); !checked) {
        return std::unexpected(checked.error());
    }
    Transform transform;
    if (vat.empty()) {
        transform.backward = on_value(decimal_to_cents);
    } else {
        transform.one_way = "rounded net amounts do not tell the gross cents";
    }
    transform.forward =
        [decimals, vat = std::move(vat)](Field field, const json::object& scope) -> core::Result<Field> {
        if (!field || field->is_null()) {
            return field;
        }
        const core::Result<std::int64_t> cents = whole_cents(*field);
        if (!cents) {
            return std::unexpected(cents.error());
        }
        const core::Result<NetFraction> net = vat.empty() ? NetFraction() : net_fraction(vat, scope);
        if (!net) {
            return std::unexpected(net.error());
        }
        // At most 2^63 * 10^6 * 10^8, which is far below 2^127.
        const Int128 scaled = Int128{*cents} * power_of_ten(decimals - 2) * net->dividend;
        return text_field(fixed_text(divide_rounded(scaled, net->divisor), decimals));
    };
    return transform;
}

core::Result<Transform> compile_decimal(const json::value& argument) {
    const auto decimals = read_integer(argument, 0, kMaxDecimals);
    if (!decimals) {
        return refusal("it needs the number of decimals, 0 to " + std::to_string(kMaxDecimals));
    }
    Transform transform;
    transform.forward =
        on_value([places = static_cast<int>(*decimals)](const json::value& value) -> core::Result<Field> {
            const std::optional<Decimal> number = decimal_of(value);
            if (!number) {
                return refusal(shown(value) + " is not a decimal number such as 12.50");
            }
            return text_field(fixed_text(number->rounded(places), places));
        });
    transform.one_way = "it may round";
    return transform;
}

constexpr std::array kTypes{
    TransformType{
        "cents_to_decimal",
        "{cents_to_decimal: {decimals: 5, net_of: vat_rate}}, where both parts may be left out",
        compile_cents_to_decimal
    },
    TransformType{"decimal", "{decimal: 2}", compile_decimal},
};

}  // namespace

std::span<const TransformType> money_transforms() {
    return kTypes;
}

}  // namespace navette::sync
