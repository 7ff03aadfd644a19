#include "daemon/outbound/valid_utf8.hpp"

#include <algorithm>

namespace navette::outbound {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

unsigned char byte_at(std::string_view text, std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
}

bool is_continuation(unsigned char byte) {
    return (byte & 0xC0U) == 0x80U;
}

// The size of the well-formed character that `text` begins with, else 0 (RFC 3629: no overlong forms, no
// surrogates).
std::size_t character_size(std::string_view text) {
    const auto first = byte_at(text, 0);
    const auto second = byte_at(text, 1);
    if (first < 0x80) {
        return first == 0 ? 0 : 1;
    }
    if (first < 0xC2 || first > 0xF4 || !is_continuation(second)) {
        return 0;
    }
    if (first < 0xE0) {
        return 2;
    }
    if (!is_continuation(byte_at(text, 2))) {
        return 0;
    }
    if (first < 0xF0) {
        const bool overlong = first == 0xE0 && second < 0xA0;
        const bool surrogate = first == 0xED && second >= 0xA0;
        return overlong || surrogate ? 0 : 3;
    }
    const bool overlong = first == 0xF0 && second < 0x90;
    const bool beyond_unicode = first == 0xF4 && second >= 0x90;
    return overlong || beyond_unicode || !is_continuation(byte_at(text, 3)) ? 0 : 4;
}

}  // namespace

std::string valid_utf8(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    while (!bytes.empty()) {
        const auto plain =
            std::ranges::find_if_not(bytes, [](char c) { return static_cast<signed char>(c) > 0; });
        text.append(bytes.begin(), plain);
        bytes = std::string_view(plain, bytes.end());
        if (!bytes.empty()) {
            const auto size = character_size(bytes);
            text += size == 0 ? kReplacement : bytes.substr(0, size);
            bytes.remove_prefix(std::max<std::size_t>(size, 1));
        }
    }
    return text;
}

std::string_view utf8_prefix(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) {
        return text;
    }
    while (limit > 0 && is_continuation(static_cast<unsigned char>(text[limit]))) {
        --limit;
    }
    return text.substr(0, limit);
}

}  // namespace navette::outbound
