// Reading into JSON whose shape is not known yet, times in looser spellings, queries of addresses; and text
// for fields that show HTML. Nothing here throws, and nothing here trusts its input. Pure.
#pragma once

#include <navette/sdk/foreign_json.hpp>
#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace navette::sdk {

/// The member of an object; null where the value is no object or has no such member.
[[nodiscard]] inline const json::value* member_of(const json::value& value, std::string_view name) {
    const auto* object = value.if_object();
    return object == nullptr ? nullptr : object->if_contains(name);
}

/// As of an object; empty where the value is none.
[[nodiscard]] inline std::string text_at(const json::value& value, std::string_view name) {
    const auto* object = value.if_object();
    return object == nullptr ? std::string() : text_at(*object, name);
}
[[nodiscard]] inline std::optional<std::int64_t> integer_at(const json::value& value, std::string_view name) {
    const auto* object = value.if_object();
    return object == nullptr ? std::nullopt : integer_at(*object, name);
}

/// The member where it is a list; else an empty one.
[[nodiscard]] inline const json::array& list_at(const json::value& value, std::string_view name) {
    static const json::array empty;
    const auto* member = member_of(value, name);
    return member != nullptr && member->is_array() ? member->get_array() : empty;
}

/// As from_iso_text(), also with a blank between day and time and an offset without a colon: "2026-05-01
/// 10:00:00", "2026-05-01T10:00:00.000+0000".
[[nodiscard]] inline std::optional<Instant> from_loose_iso_text(std::string_view text) {
    constexpr std::size_t kBetween = 10;
    constexpr std::size_t kZone = 5;
    std::string strict(text.substr(0, 40));
    if (strict.size() > kBetween && strict[kBetween] == ' ') {
        strict[kBetween] = 'T';
    }
    if (strict.size() > kBetween + kZone) {
        const auto sign = strict[strict.size() - kZone];
        if (sign == '+' || sign == '-') {
            strict.insert(strict.size() - 2, ":");
        }
    }
    return from_iso_text(strict);
}

/// The first value of a name in an address's query, as it was written (not decoded); empty where there is
/// none.
[[nodiscard]] inline std::string_view query_value(std::string_view address, std::string_view name) {
    const auto mark = address.find('?');
    auto query = mark == std::string_view::npos ? std::string_view() : address.substr(mark + 1);
    while (!query.empty()) {
        const auto part = query.substr(0, query.find('&'));
        if (part.size() > name.size() && part.starts_with(name) && part[name.size()] == '=') {
            return part.substr(name.size() + 1);
        }
        query.remove_prefix(std::min(query.size(), part.size() + 1));
    }
    return {};
}

/// Text for a field that the platform shows as HTML: `<`, `>`, `&` and `"` escaped, line breaks as `<br>`.
[[nodiscard]] inline std::string html_of(std::string_view text) {
    std::string html;
    html.reserve(text.size());
    for (const char c : text) {
        switch (c) {
            case '<':
                html += "&lt;";
                break;
            case '>':
                html += "&gt;";
                break;
            case '&':
                html += "&amp;";
                break;
            case '"':
                html += "&quot;";
                break;
            case '\n':
                html += "<br>";
                break;
            case '\r':
                break;
            default:
                html += c;
        }
    }
    return html;
}

}  // namespace navette::sdk
