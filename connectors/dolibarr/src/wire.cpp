#include "wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <memory>
#include <utility>

namespace navette::dolibarr {

namespace {

constexpr std::string_view kBlank = " \t\r\n";

std::optional<std::int64_t> parse_integer(std::string_view text) {
    std::int64_t number = 0;
    const auto* const begin = std::to_address(text.begin());
    const auto* const end = begin + text.size();
    const auto [stop, error] = std::from_chars(begin, end, number);
    if (error != std::errc{} || stop != end || text.empty()) {
        return std::nullopt;
    }
    return number;
}

std::optional<std::int64_t> parse_decimal(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative) {
        text.remove_prefix(1);
    }
    const auto dot = text.find('.');
    const auto whole = parse_integer(text.substr(0, dot));
    if (!whole || *whole < 0 || *whole >= std::numeric_limits<std::int64_t>::max() / kDecimalOne) {
        return std::nullopt;
    }
    std::int64_t fraction = 0;
    if (dot != std::string_view::npos) {
        std::string digits{text.substr(dot + 1)};
        if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) {
            return std::nullopt;
        }
        digits.resize(8, '0');
        fraction = parse_integer(digits).value_or(0);
    }
    const auto number = *whole * kDecimalOne + fraction;
    return negative ? -number : number;
}

std::optional<std::string> number_text(double number) {
    std::array<char, 64> buffer{};
    const auto [end, error] =
        std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed, 8);
    if (error != std::errc{}) {
        return std::nullopt;
    }
    return std::string(buffer.data(), end);
}

std::string without_four_byte_sequences(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) < 0xF0U) {
            kept += text[at++];
            continue;
        }
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) {
            ++at;
        }
    }
    return kept;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

}  // namespace

std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr) {
        return {};
    }
    if (value->is_string()) {
        return std::string(value->get_string());
    }
    const auto number = to_integer(*value);
    return number ? std::to_string(*number) : std::string();
}

std::optional<std::int64_t> to_integer(const json::value& value) {
    if (value.is_int64()) {
        return value.get_int64();
    }
    if (value.is_uint64() && std::in_range<std::int64_t>(value.get_uint64())) {
        return static_cast<std::int64_t>(value.get_uint64());
    }
    if (value.is_string()) {
        return parse_integer(value.get_string());
    }
    return std::nullopt;
}

std::optional<std::int64_t> integer_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value == nullptr ? std::nullopt : to_integer(*value);
}

std::optional<std::int64_t> to_decimal(const json::value& value) {
    if (value.is_string()) {
        return parse_decimal(value.get_string());
    }
    if (value.is_double()) {
        const auto text = number_text(value.get_double());
        return text ? parse_decimal(*text) : std::nullopt;
    }
    const auto whole = to_integer(value);
    return whole ? parse_decimal(std::to_string(*whole)) : std::nullopt;
}

std::optional<std::int64_t> cents_at(const json::object& object, std::string_view name) {
    constexpr std::int64_t kCent = kDecimalOne / 100;
    const auto* value = object.if_contains(name);
    const auto decimal = value == nullptr ? std::nullopt : to_decimal(*value);
    if (!decimal) {
        return std::nullopt;
    }
    return (*decimal + (*decimal < 0 ? -kCent / 2 : kCent / 2)) / kCent;
}

std::string cents_text(std::int64_t cents) {
    const auto magnitude =
        cents < 0 ? 0 - static_cast<std::uint64_t>(cents) : static_cast<std::uint64_t>(cents);
    const auto fraction = std::to_string(magnitude % 100);
    return (cents < 0 ? "-" : "") + std::to_string(magnitude / 100) + (fraction.size() < 2 ? ".0" : ".") +
           fraction;
}

bool is_same(const json::value* remote, const json::value& ours) {
    const auto is_empty = [](const json::value& value) {
        return value.is_null() || (value.is_string() && value.get_string().empty()) ||
               (value.is_array() && value.get_array().empty()) ||
               (value.is_object() && value.get_object().empty());
    };
    if (remote == nullptr || is_empty(*remote) || is_empty(ours)) {
        return (remote == nullptr || is_empty(*remote)) && is_empty(ours);
    }
    // A postcode or a telephone number is no number: "01000" is another town than "1000".
    const auto has_leading_zero = [](const json::value& value) {
        return value.is_string() && value.get_string().size() > 1 && value.get_string().front() == '0' &&
               value.get_string()[1] != '.';
    };
    if (has_leading_zero(*remote) || has_leading_zero(ours)) {
        return *remote == ours;
    }
    const auto left = to_decimal(*remote);
    const auto right = to_decimal(ours);
    return left && right ? *left == *right : *remote == ours;
}

void strip_beyond_bmp(json::value& value) {
    if (value.is_string()) {
        value = json::string(without_four_byte_sequences(value.get_string()));
    } else if (value.is_array()) {
        std::ranges::for_each(value.get_array(), strip_beyond_bmp);
    } else if (value.is_object()) {
        for (auto& member : value.get_object()) {
            strip_beyond_bmp(member.value());
        }
    }
}

std::string_view first_code_points(std::string_view text, std::size_t count) {
    std::size_t at = 0;
    for (; at < text.size(); ++at) {
        const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U;
        if (begins && count-- == 0) {
            break;
        }
    }
    return text.substr(0, at);
}

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) {
        return {};
    }
    return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

std::string lower_ascii(std::string_view text) {
    std::string lowered(text);
    std::ranges::transform(lowered, lowered.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lowered;
}

bool fits_path(std::string_view text) {
    return !text.empty() && text != "." && text != ".." && std::ranges::all_of(text, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
    });
}

std::optional<std::string> equals_filter(std::string_view field, std::string_view value) {
    // A quote inside the value needs no escape there, and doubling it finds nothing.
    if (value.empty() || value.find_first_of("()\"\\<>") != std::string_view::npos) {
        return std::nullopt;
    }
    return "(t." + std::string(field) + ":=:'" + std::string(value) + "')";
}

std::string stored_ref(std::string_view ref) {
    auto kept = trimmed(ref);
    std::erase_if(kept, [](char c) { return c == '"' || c == '<' || c == '>'; });
    return trimmed(kept);
}

std::string stored_product_ref(std::string_view ref) {
    using Pair = std::pair<std::string_view, std::string_view>;
    // Exactly the letters that Dolibarr 22 unaccents, and the signs that it replaces; other letters stay.
    static constexpr std::array kUnaccented{
        Pair{"A", "ÀÁÂÃÄÅ"},
        Pair{"C", "Ç"},
        Pair{"E", "ÈÉÊË"},
        Pair{"I", "ÌÍÎÏ"},
        Pair{"N", "Ñ"},
        Pair{"O", "ÒÓÔÕÖ"},
        Pair{"S", "Š"},
        Pair{"U", "ÙÚÛÜ"},
        Pair{"Y", "Ý"},
        Pair{"y", "ŸýÿŸ"},
        Pair{"a", "àáâãäå"},
        Pair{"c", "ç"},
        Pair{"e", "èéêë"},
        Pair{"i", "ìíîï"},
        Pair{"n", "ñ"},
        Pair{"o", "òóôõö"},
        Pair{"s", "š"},
        Pair{"u", "ùúûü"},
    };
    auto stored = stored_ref(ref);
    for (const auto& [plain, accented] : kUnaccented) {
        for (std::size_t at = 0; at < accented.size(); at += 2) {  // each of these letters takes two bytes
            replace_all(stored, accented.substr(at, 2), plain);
        }
    }
    replace_all(stored, "°", "_");
    std::ranges::replace_if(
        stored,
        [](char c) { return std::string_view("'/\\:*?|[],;=$` ").find(c) != std::string_view::npos; },
        '_'
    );
    for (auto at = stored.find("--"); at != std::string::npos; at = stored.find("--", at)) {
        const auto end = stored.find_first_not_of('-', at);
        stored.replace(at, (end == std::string::npos ? stored.size() : end) - at, "_");
    }
    replace_all(stored, "..", "");
    return stored;
}

}  // namespace navette::dolibarr
