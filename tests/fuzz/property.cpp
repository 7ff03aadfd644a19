#include "tests/fuzz/property.hpp"

#include "daemon/outbound/valid_utf8.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string>

namespace navette::fuzz {

namespace json = boost::json;

namespace {

constexpr std::size_t kDeepest = 1'000;

bool holds_nul(std::string_view text) {
    return text.find('\0') != std::string_view::npos;
}

bool holds_nul(const json::value& value) {
    if (const auto* text = value.if_string()) {
        return holds_nul(std::string_view(*text));
    }
    if (const auto* items = value.if_array()) {
        return std::ranges::any_of(*items, [](const json::value& item) { return holds_nul(item); });
    }
    const auto* members = value.if_object();
    return members != nullptr && std::ranges::any_of(*members, [](const json::key_value_pair& member) {
               return holds_nul(std::string_view(member.key())) || holds_nul(member.value());
           });
}

}  // namespace

void require(bool holds, std::string_view property, std::string_view evidence) {
    if (!holds) {
        std::cerr << "\nproperty violated: " << property << "\n" << evidence << std::endl;
        std::abort();
    }
}

std::optional<json::value> read_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = kDeepest;
    boost::system::error_code error;
    auto value = json::parse(text, error, {}, options);
    return error ? std::nullopt : std::optional(std::move(value));
}

void require_json(std::string_view text, std::string_view what) {
    require(read_json(text).has_value(), std::string(what) + " is JSON", text);
}

void require_jsonb(std::string_view text, std::string_view what) {
    const auto value = read_json(text);
    require(value.has_value(), std::string(what) + " is JSON", text);
    require(!holds_nul(*value), std::string(what) + " holds no NUL", text);
}

void require_storable(std::string_view text, std::string_view what) {
    require(!holds_nul(text), std::string(what) + " holds no NUL", text);
    require(outbound::valid_utf8(text) == text, std::string(what) + " is UTF-8", text);
}

}  // namespace navette::fuzz
