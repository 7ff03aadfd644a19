// Texts: white space, case, length, parts.
#include "daemon/sync/argument.hpp"
#include "daemon/sync/plain_text.hpp"
#include "daemon/sync/transforms.hpp"
#include "daemon/sync/utf8.hpp"

#include <array>
#include <cstdint>
#include <limits>

namespace navette::sync {
namespace {

namespace json = boost::json;

/// The text between the separators that comes as number `index`, from 0; nothing where there are not as many.
std::optional<std::string_view> part(std::string_view text, std::string_view separator, std::int64_t index) {
    while (true) {
        const std::size_t end = text.find(separator);
        if (index == 0) {
            return text.substr(0, end);
        }
        if (end == std::string_view::npos) {
            return std::nullopt;
        }
        text.remove_prefix(end + separator.size());
        --index;
    }
}

Field optional_text(std::optional<std::string_view> text) {
    return text ? text_field(*text) : Field();
}

template <auto change>
core::Result<Transform> compile_simple(const json::value& argument) {
    if (auto checked = no_argument(argument); !checked) {
        return std::unexpected(checked.error());
    }
    Transform transform;
    transform.forward = [](Field field, const json::object&) -> core::Result<Field> {
        if (!field || field->is_null()) {
            return field;
        }
        const json::string* text = field->if_string();
        if (text == nullptr) {
            return refusal(not_a_text(*field));
        }
        const auto& changed = change(std::string_view(*text));
        return changed == std::string_view(*text) ? std::move(field) : text_field(changed);
    };
    return transform;
}

core::Result<Transform> compile_truncate(const json::value& argument) {
    const auto length = read_integer(argument, 1, std::numeric_limits<std::int32_t>::max());
    if (!length) {
        return refusal("it needs the greatest number of characters, 1 or more");
    }
    const auto count = static_cast<std::size_t>(*length);
    Transform transform;
    transform.forward = on_text([count](std::string_view text) -> core::Result<Field> {
        return text_field(leading_code_points(text, count));
    });
    transform.one_way = "what was cut off is lost";
    return transform;
}

core::Result<Transform> compile_split(const json::value& argument) {
    ArgumentReader read(argument);
    const std::string separator = read.text("on", " ");
    const json::value* take = read.value("take");
    const bool by_number = take != nullptr && take->is_number();
    const std::int64_t number = by_number ? read.integer("take", 1, 1'000, 1) : 1;
    const bool rest = !by_number && read.choice("take", {"first", "rest"}) == "rest";
    if (separator.empty()) {
        read.refuse("on must not be empty");
    }
    if (auto checked = read.finish(); !checked) {
        return std::unexpected(checked.error());
    }
    Transform transform;
    if (rest) {
        transform.forward = on_text([separator](std::string_view text) -> core::Result<Field> {
            const std::size_t first = text.find(separator);
            return first == std::string_view::npos ? Field()
                                                   : text_field(text.substr(first + separator.size()));
        });
    } else {
        transform.forward = on_text([separator, number](std::string_view text) -> core::Result<Field> {
            return optional_text(part(text, separator, number - 1));
        });
    }
    transform.one_way = "the other parts are lost";
    return transform;
}

/// A full name told apart again: the first word is the given name, the rest the family name, which a single
/// word is. Without a way forward, since one part makes no name.
core::Result<Transform> compile_name_part(const json::value& argument) {
    const bool is_first = argument.is_string() && argument.get_string() == "first";
    if (!is_first && !(argument.is_string() && argument.get_string() == "last")) {
        return refusal("it needs first or last");
    }
    Transform transform;
    transform.forward = [](const Field&, const json::object&) -> core::Result<Field> {
        return refusal("a part of a name only reads back; use direction: from_platform");
    };
    transform.backward = on_text([is_first](std::string_view full) -> core::Result<Field> {
        const std::string_view name = trimmed(full);
        const std::size_t gap = name.find(' ');
        if (gap == std::string_view::npos) {
            return text_field(is_first ? std::string_view() : name);
        }
        return text_field(is_first ? name.substr(0, gap) : trimmed(name.substr(gap)));
    });
    return transform;
}

constexpr std::array kTypes{
    TransformType{"trim", "trim", compile_simple<trimmed>},
    TransformType{"lower", "lower", compile_simple<to_lower>},
    TransformType{"upper", "upper", compile_simple<to_upper>},
    TransformType{"bmp_only", "bmp_only", compile_simple<without_supplementary>},
    TransformType{"plain_text", "plain_text", compile_simple<plain_text>},
    TransformType{"truncate", "{truncate: 30}", compile_truncate},
    TransformType{"name_part", "{name_part: first} with first or last", compile_name_part},
    TransformType{
        "split", "{split: {on: \" \", take: first}} with take first, rest or a number from 1", compile_split
    },
};

}  // namespace

std::span<const TransformType> text_transforms() {
    return kTypes;
}

}  // namespace navette::sync
