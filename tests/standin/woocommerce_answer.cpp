#include "tests/standin/woocommerce_answer.hpp"

#include <boost/json/serialize.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace navette::standin::woocommerce {

namespace {

void append_unit(std::string& text, std::uint32_t unit) {
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "\\u%04x", unit);
    text += digits.data();
}

/// The code point of the UTF-8 sequence at `at`, which is moved to its last byte.
std::uint32_t code_point(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t index) {
        return index < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[index])) : 0U;
    };
    const auto lead = byte(at);
    const std::size_t more = lead >= 0xF0U ? 3 : (lead >= 0xE0U ? 2 : 1);
    std::uint32_t point = lead & (more == 3 ? 0x07U : (more == 2 ? 0x0FU : 0x1FU));
    for (std::size_t next = 0; next < more; ++next) {
        point = (point << 6U) | (byte(++at) & 0x3FU);
    }
    return point;
}

}  // namespace

Refusal invalid_parameter(const std::string& name, const std::string& words, const std::string& detail) {
    const json::object details{{name, json::object{{"code", detail}, {"message", words}, {"data", nullptr}}}};
    return {
        400,
        "rest_invalid_param",
        "Invalid parameter(s): " + name,
        {{"params", json::object{{name, words}}}, {"details", details}}
    };
}

std::string php_json(const json::value& value) {
    const auto plain = json::serialize(value);
    std::string text;
    text.reserve(plain.size());
    for (std::size_t at = 0; at < plain.size(); ++at) {
        if (plain[at] == '/') {
            text += "\\/";
        } else if (static_cast<unsigned char>(plain[at]) < 0x80U) {
            text += plain[at];
        } else {
            const auto point = code_point(plain, at);
            if (point >= 0x10000U) {
                append_unit(text, 0xD800U + ((point - 0x10000U) >> 10U));
                append_unit(text, 0xDC00U + ((point - 0x10000U) & 0x3FFU));
            } else {
                append_unit(text, point);
            }
        }
    }
    return text;
}

Response json_answer(const json::value& value, unsigned status) {
    return {status, "application/json; charset=UTF-8", php_json(value)};
}

json::object error_object(const Refusal& refusal) {
    json::object data{{"status", refusal.status}};
    for (const auto& [name, value] : refusal.data) {
        data[name] = value;
    }
    return {{"code", refusal.code}, {"message", refusal.message}, {"data", std::move(data)}};
}

Response error_answer(const Refusal& refusal) {
    return json_answer(error_object(refusal), refusal.status);
}

Response html_answer(unsigned status, std::string body) {
    return {status, "text/html; charset=UTF-8", std::move(body)};
}

std::string kept_name(std::string_view text) {
    std::string kept;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '<') {
            const auto end = text.find('>', at);
            at = end == std::string_view::npos ? text.size() : end;
        } else if (text[at] == '&' && !text.substr(at).starts_with("&amp;")) {
            kept += "&amp;";
        } else {
            kept += text[at];
        }
    }
    const auto first = kept.find_first_not_of(' ');
    const auto last = kept.find_last_not_of(' ');
    return first == std::string::npos ? std::string() : kept.substr(first, last - first + 1);
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || value->is_null()) {
        return {};
    }
    if (value->is_string()) {
        return std::string(value->get_string());
    }
    if (value->is_double()) {
        std::array<char, 32> digits{};
        std::snprintf(digits.data(), digits.size(), "%.14g", value->get_double());
        return digits.data();
    }
    return json::serialize(*value);
}

}  // namespace navette::standin::woocommerce
