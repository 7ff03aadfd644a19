// Values as such: fallbacks, tables and conversions between kinds.
#include "daemon/sync/argument.hpp"
#include "daemon/sync/decimal.hpp"
#include "daemon/sync/transforms.hpp"
#include "daemon/sync/utf8.hpp"
#include "daemon/sync/value_text.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <memory>

namespace navette::sync {
namespace {

namespace json = boost::json;

core::Result<Transform> compile_default(const json::value& argument) {
    if (argument.is_null()) {
        return refusal("it needs a value");
    }
    Transform transform;
    transform.forward = [argument](Field field, const json::object&) -> core::Result<Field> {
        return field && !is_blank(*field) ? std::move(field) : Field(argument);
    };
    return transform;
}

core::Result<Transform> compile_constant(const json::value& argument) {
    Transform transform;
    transform.forward = [argument](const Field&, const json::object&) -> core::Result<Field> {
        return argument;
    };
    transform.one_way = "a constant says nothing of the record";
    transform.supplies_value = true;
    return transform;
}

using Table = std::map<std::string, json::value, std::less<>>;

enum class Unknown { reject, keep };

core::Result<Field> look_up(
    const Table& table, const Field& fallback, Unknown unknown, const json::value& value
) {
    if (const auto text = plain_text(value)) {
        if (const auto row = table.find(*text); row != table.end()) {
            return row->second;
        }
    }
    if (fallback) {
        return fallback;
    }
    if (unknown == Unknown::keep) {
        return value;
    }
    constexpr std::size_t kShown = 20;
    std::string known;
    for (const auto& [key, target] : table) {
        known += (known.empty() ? "" : ", ") + std::string(leading_code_points(key, kShown));
        if (known.size() > 400) {
            known += ", ...";
            break;
        }
    }
    return refusal(shown(value) + " is not in the lookup table, which knows " + known);
}

/// The table from values to keys; nothing where two keys share a value.
std::optional<Table> reversed(const Table& table) {
    Table back;
    for (const auto& [key, target] : table) {
        const auto text = plain_text(target);
        if (!text || !back.emplace(*text, json::string(key)).second) {
            return std::nullopt;
        }
    }
    return back;
}

core::Result<Transform> compile_lookup(const json::value& argument) {
    ArgumentReader read(argument);
    const json::value* rows = read.value("table");
    const json::value* given = read.value("default");
    const Field fallback = given == nullptr ? Field() : Field(*given);
    const bool says_otherwise = read.value("otherwise") != nullptr;
    const Unknown unknown =
        read.choice("otherwise", {"reject", "keep"}) == "keep" ? Unknown::keep : Unknown::reject;
    if (rows == nullptr || !rows->is_object() || rows->get_object().empty()) {
        read.refuse("it needs a table of keys and values");
    }
    if (fallback && says_otherwise) {
        read.refuse("give default or otherwise, not both");
    }
    if (auto checked = read.finish(); !checked) {
        return std::unexpected(checked.error());
    }
    const auto table = std::make_shared<Table>();
    for (const auto& row : rows->get_object()) {
        table->emplace(row.key(), row.value());
    }
    Transform transform;
    transform.forward = on_value([table, fallback, unknown](const json::value& value) {
        return look_up(*table, fallback, unknown, value);
    });
    std::optional<Table> back = reversed(*table);
    // A default outside the table would be pushed, and refused when it is pulled back.
    const auto default_text = fallback ? plain_text(*fallback) : std::nullopt;
    if (!back) {
        transform.one_way = "two keys of the table share a value, or a value is no plain one";
    } else if (fallback && !(default_text && back->contains(*default_text))) {
        transform.one_way = "its default stands for values that the table does not know";
    } else {
        transform.backward =
            on_value([table = std::make_shared<Table>(std::move(*back)), unknown](const json::value& value) {
                return look_up(*table, Field(), unknown, value);
            });
    }
    return transform;
}

core::Result<Field> convert_to_bool(const json::value& value) {
    constexpr std::array<std::string_view, 6> kTrue{"true", "1", "yes", "on", "t", "y"};
    constexpr std::array<std::string_view, 6> kFalse{"false", "0", "no", "off", "f", "n"};
    const std::string text = to_lower(plain_text(value).value_or(""));
    if (std::ranges::find(kTrue, text) != kTrue.end()) {
        return Field(true);
    }
    if (std::ranges::find(kFalse, text) != kFalse.end()) {
        return Field(false);
    }
    return refusal(
        shown(value) + " is neither true nor false; expected true, false, 1, 0, yes, no, on or off"
    );
}

core::Result<Field> convert_to_string(const json::value& value) {
    const std::optional<std::string> text = plain_text(value);
    if (!text) {
        return refusal(shown(value) + " cannot be made a text");
    }
    return text_field(*text);
}

core::Result<Field> convert_to_integer(const json::value& value) {
    const std::optional<Decimal> number = decimal_of(value);
    const std::optional<std::int64_t> integer = number ? number->integer() : std::nullopt;
    if (!integer) {
        return refusal(shown(value) + " is not a whole number");
    }
    return Field(*integer);
}

template <auto forward, auto backward>
core::Result<Transform> compile_conversion(const json::value& argument) {
    if (auto checked = no_argument(argument); !checked) {
        return std::unexpected(checked.error());
    }
    Transform transform;
    transform.forward = on_value(forward);
    transform.backward = on_value(backward);
    return transform;
}

constexpr std::array kTypes{
    TransformType{"default", "{default: 0}", compile_default},
    TransformType{"constant", "{constant: 1}", compile_constant},
    TransformType{
        "lookup",
        "{lookup: {table: {paid: 1, failed: 0}, default: 0}}, or otherwise: keep or reject in place of the "
        "default",
        compile_lookup
    },
    TransformType{"bool", "bool", compile_conversion<convert_to_bool, convert_to_bool>},
    TransformType{"to_string", "to_string", compile_conversion<convert_to_string, convert_to_integer>},
    TransformType{"to_integer", "to_integer", compile_conversion<convert_to_integer, convert_to_string>},
};

}  // namespace

std::span<const TransformType> value_transforms() {
    return kTypes;
}

}  // namespace navette::sync
