#include "daemon/outbound/decoded_view.hpp"

#include <cstdint>
#include <numeric>
#include <optional>
#include <utility>

namespace navette::outbound {

namespace {

constexpr int kMaxLayers = 3;

std::optional<std::uint32_t> hex_number(std::string_view digits, std::size_t expected) {
    if (digits.size() != expected) {
        return std::nullopt;
    }
    std::uint32_t number = 0;
    for (const char c : digits) {
        number <<= 4U;
        if (c >= '0' && c <= '9') {
            number += static_cast<std::uint32_t>(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            number += static_cast<std::uint32_t>(c - 'a' + 10);
        } else if (c >= 'A' && c <= 'F') {
            number += static_cast<std::uint32_t>(c - 'A' + 10);
        } else {
            return std::nullopt;
        }
    }
    return number;
}

std::string utf8(std::uint32_t point) {
    const auto continuation = [point](unsigned shift) {
        return static_cast<char>(0x80U | ((point >> shift) & 0x3FU));
    };
    if (point < 0x80U) {
        return {static_cast<char>(point)};
    }
    if (point < 0x800U) {
        return {static_cast<char>(0xC0U | (point >> 6U)), continuation(0)};
    }
    if (point < 0x10000U) {
        return {static_cast<char>(0xE0U | (point >> 12U)), continuation(6), continuation(0)};
    }
    return {static_cast<char>(0xF0U | (point >> 18U)), continuation(12), continuation(6), continuation(0)};
}

// What the escape at the beginning of `rest` stands for; size 0 where there is none.
struct Escape {
    std::string bytes;
    std::size_t size = 0;
};

Escape percent_escape(std::string_view rest) {
    if (rest.starts_with('%')) {
        if (const auto byte = hex_number(rest.substr(1, 2), 2)) {
            return {{static_cast<char>(*byte)}, 3};
        }
    }
    return {};
}

Escape json_unicode_escape(std::string_view rest) {
    const auto unit = hex_number(rest.substr(2, 4), 4);
    if (!unit) {
        return {};
    }
    const bool high_surrogate = *unit >= 0xD800U && *unit < 0xDC00U;
    if (high_surrogate && rest.substr(6, 2) == "\\u") {
        const auto low = hex_number(rest.substr(8, 4), 4);
        if (low && *low >= 0xDC00U && *low < 0xE000U) {
            return {utf8(0x10000U + ((*unit - 0xD800U) << 10U) + (*low - 0xDC00U)), 12};
        }
    }
    return {utf8(*unit), 6};
}

Escape json_escape(std::string_view rest) {
    if (rest.size() < 2 || rest.front() != '\\') {
        return {};
    }
    switch (rest[1]) {
        case '"':
        case '\\':
        case '/':
            return {{rest[1]}, 2};
        case 'b':
            return {"\b", 2};
        case 'f':
            return {"\f", 2};
        case 'n':
            return {"\n", 2};
        case 'r':
            return {"\r", 2};
        case 't':
            return {"\t", 2};
        case 'u':
            return json_unicode_escape(rest);
        default:
            return {};
    }
}

// Nothing where `view` holds no such escape.
std::optional<DecodedView> decode(const DecodedView& view, char mark, Escape (*escape_at)(std::string_view)) {
    const std::string_view source = view.text;
    if (source.find(mark) == std::string_view::npos) {
        return std::nullopt;
    }
    DecodedView decoded;
    decoded.text.reserve(source.size());
    decoded.origin.reserve(source.size() + 1);
    for (std::size_t i = 0; i < source.size();) {
        const Escape escape = source[i] == mark ? escape_at(source.substr(i)) : Escape{};
        if (escape.size == 0) {
            decoded.text += source[i];
            decoded.origin.push_back(view.origin[i]);
            ++i;
            continue;
        }
        decoded.text += escape.bytes;
        decoded.origin.insert(decoded.origin.end(), escape.bytes.size(), view.origin[i]);
        i += escape.size;
    }
    if (decoded.text.size() == source.size()) {
        return std::nullopt;
    }
    decoded.origin.push_back(view.origin.back());
    return decoded;
}

}  // namespace

std::vector<DecodedView> decoded_views(std::string_view source) {
    std::vector<DecodedView> views(1);
    views.front().text = source;
    views.front().origin.resize(source.size() + 1);
    std::iota(views.front().origin.begin(), views.front().origin.end(), std::size_t{0});

    std::size_t layer_begin = 0;
    for (int layer = 0; layer < kMaxLayers; ++layer) {
        const std::size_t layer_end = views.size();
        for (std::size_t i = layer_begin; i < layer_end; ++i) {
            auto unquoted = decode(views[i], '%', percent_escape);
            auto unescaped = decode(views[i], '\\', json_escape);
            if (unquoted) {
                views.push_back(std::move(*unquoted));
            }
            if (unescaped) {
                views.push_back(std::move(*unescaped));
            }
        }
        layer_begin = layer_end;
    }
    return views;
}

}  // namespace navette::outbound
