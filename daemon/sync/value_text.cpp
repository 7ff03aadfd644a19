#include "daemon/sync/value_text.hpp"

#include "daemon/sync/utf8.hpp"

#include <boost/json/value.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace navette::sync {
namespace {

namespace json = boost::json;

constexpr std::size_t kShownLength = 60;

std::optional<std::string> number_text(double number) {
    if (!std::isfinite(number)) {
        return std::nullopt;
    }
    // The longest plain spelling is that of the smallest double: "-0.", 323 zeros and 17 digits.
    std::array<char, 400> buffer{};
    const auto result =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
    return std::string(buffer.data(), result.ptr);
}

}  // namespace

std::optional<std::string> plain_text(const json::value& value) {
    switch (value.kind()) {
        case json::kind::string:
            return std::string(std::string_view(value.get_string()));
        case json::kind::int64:
            return std::to_string(value.get_int64());
        case json::kind::uint64:
            return std::to_string(value.get_uint64());
        case json::kind::double_:
            return number_text(value.get_double());
        case json::kind::bool_:
            return value.get_bool() ? "true" : "false";
        default:
            return std::nullopt;
    }
}

bool is_blank(const json::value& value) {
    return value.is_null() || (value.is_string() && value.get_string().empty());
}

std::string_view kind_name(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null:
            return "null";
        case json::kind::bool_:
            return "true or false";
        case json::kind::string:
            return "text";
        case json::kind::array:
            return "a list";
        case json::kind::object:
            return "an object";
        default:
            return "a number";
    }
}

std::string shown(const json::value& value) {
    const std::optional<std::string> text = plain_text(value);
    if (!text) {
        return std::string(kind_name(value));
    }
    if (!value.is_string()) {
        return *text;
    }
    const std::string_view kept = leading_code_points(*text, kShownLength);
    return "'" + std::string(kept) + (kept.size() < text->size() ? "...'" : "'");
}

}  // namespace navette::sync
