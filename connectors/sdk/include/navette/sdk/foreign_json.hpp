// Reading JSON that somebody else wrote: nothing is taken for granted, nothing throws. Pure.
#pragma once

#include <navette/sdk/task.hpp>

#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace navette::sdk {

/// The parsed text; nothing where it is no JSON, or nested deeper than 32 levels.
[[nodiscard]] inline std::optional<json::value> read_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = 32;
    json::error_code error;
    auto value = json::parse(text, error, {}, options);
    return error ? std::nullopt : std::optional(std::move(value));
}

/// As read_json(), where the text is one JSON object.
[[nodiscard]] inline std::optional<json::object> read_json_object(std::string_view text) {
    auto value = read_json(text);
    return value && value->is_object() ? std::optional(std::move(value->get_object())) : std::nullopt;
}

/// A decimal integer without blanks or a plus sign; nothing for anything else, or where it does not fit.
[[nodiscard]] inline std::optional<std::int64_t> to_integer(std::string_view text) {
    std::int64_t number = 0;
    const auto* const end = std::to_address(text.end());
    const auto [stop, error] = std::from_chars(std::to_address(text.begin()), end, number);
    return error == std::errc{} && stop == end && !text.empty() ? std::optional(number) : std::nullopt;
}

/// An integer written as a number or as a decimal text; nothing for anything else.
[[nodiscard]] inline std::optional<std::int64_t> to_integer(const json::value& value) {
    if (value.is_int64()) {
        return value.get_int64();
    }
    if (value.is_string()) {
        return to_integer(std::string_view(value.get_string()));
    }
    return std::nullopt;
}

[[nodiscard]] inline std::optional<std::int64_t> integer_at(
    const json::object& object, std::string_view name
) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? std::nullopt : to_integer(*value);
}

/// The member as text: strings as they are, integers in decimal; empty for null, absent and everything else.
[[nodiscard]] inline std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr) {
        return {};
    }
    if (value->is_string()) {
        return std::string(value->get_string());
    }
    if (value->is_uint64()) {
        return std::to_string(value->get_uint64());
    }
    return value->is_int64() ? std::to_string(value->get_int64()) : std::string();
}

/// Null where the member is absent or of another kind.
[[nodiscard]] inline const json::object* object_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? nullptr : value->if_object();
}
[[nodiscard]] inline const json::array* array_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? nullptr : value->if_array();
}

/// Whether the member is there and true.
[[nodiscard]] inline bool is_true(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

}  // namespace navette::sdk
