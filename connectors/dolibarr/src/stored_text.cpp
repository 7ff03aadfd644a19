#include "stored_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace navette::dolibarr {

namespace {

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool holds_tag(std::string_view text) {
    for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
        const char next = at + 1 < text.size() ? text[at + 1] : ' ';
        if (is_letter(next) || next == '/' || next == '!') {
            return true;
        }
    }
    return false;
}

/// UTF-8 of a code point below U+10000, which is all that Dolibarr on MySQL stores.
std::optional<std::string> utf8(std::uint32_t point) {
    if (point == 0 || point > 0xFFFF || (point >= 0xD800 && point <= 0xDFFF)) {
        return std::nullopt;
    }
    if (point < 0x80) {
        return std::string(1, static_cast<char>(point));
    }
    if (point < 0x800) {
        return std::string{
            static_cast<char>(0xC0U | (point >> 6U)), static_cast<char>(0x80U | (point & 0x3FU))
        };
    }
    return std::string{
        static_cast<char>(0xE0U | (point >> 12U)),
        static_cast<char>(0x80U | ((point >> 6U) & 0x3FU)),
        static_cast<char>(0x80U | (point & 0x3FU))
    };
}

/// What "&amp;" or "&#39;" stands for; nothing for what Dolibarr does not write.
std::optional<std::string> meaning_of(std::string_view entity) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kNamed{{
        {"amp", "&"},
        {"lt", "<"},
        {"gt", ">"},
        {"quot", "\""},
        {"apos", "'"},
        {"nbsp", "\u00a0"},
    }};
    if (entity.starts_with('#')) {
        const bool is_hexadecimal = entity.size() > 1 && (entity[1] == 'x' || entity[1] == 'X');
        const auto digits = entity.substr(is_hexadecimal ? 2 : 1);
        std::uint32_t point = 0;
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), point, is_hexadecimal ? 16 : 10);
        const bool is_whole = error == std::errc{} && end == digits.data() + digits.size();
        return is_whole ? utf8(point) : std::nullopt;
    }
    const auto* found =
        std::ranges::find(kNamed, entity, &std::pair<std::string_view, std::string_view>::first);
    return found == kNamed.end() ? std::nullopt : std::optional<std::string>(found->second);
}

}  // namespace

std::string written_text(std::string_view stored) {
    constexpr std::size_t kLongestEntity = 8;
    if (stored.find('&') == std::string_view::npos || holds_tag(stored)) {
        return std::string(stored);
    }
    std::string written;
    written.reserve(stored.size());
    for (std::size_t at = 0; at < stored.size(); ++at) {
        const auto end = stored[at] == '&' ? stored.find(';', at) : std::string_view::npos;
        if (end != std::string_view::npos && end - at <= kLongestEntity) {
            if (const auto meaning = meaning_of(stored.substr(at + 1, end - at - 1))) {
                written += *meaning;
                at = end;
                continue;
            }
        }
        written += stored[at];
    }
    return written;
}

}  // namespace navette::dolibarr
