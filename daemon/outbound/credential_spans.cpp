#include "daemon/outbound/credential_spans.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace navette::outbound {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kShortestBearer = 12;
constexpr std::size_t kShortestBasic = 6;
constexpr std::size_t kShortestWebToken = 20;

bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_letter_or_digit(char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// The characters of RFC 7235's token68.
bool is_of_a_token(char c) {
    return is_letter_or_digit(c) || std::string_view("-._~+/=").find(c) != npos;
}

std::size_t end_of_token(std::string_view text, std::size_t begin) {
    while (begin < text.size() && is_of_a_token(text[begin])) {
        ++begin;
    }
    return begin;
}

void add(const DecodedView& view, std::size_t begin, std::size_t end, std::vector<SecretSpan>& spans) {
    spans.push_back({view.origin[begin], view.origin[end], false});
}

/// "Bearer authentication is needed" names no token: a word has small letters only behind its first one, and
/// stops that may follow it.
bool looks_opaque(std::string_view token) {
    return token.size() >= kShortestBearer &&
           std::ranges::any_of(token.substr(1), [](char c) { return !is_lower(c) && c != '.' && c != '-'; });
}

/// base64 of a text with a colon: "user:password".
bool holds_a_colon(std::string_view token) {
    static constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::uint32_t bits = 0;
    unsigned held = 0;
    for (const char c : token.substr(0, token.find('='))) {
        const auto digit = kDigits.find(c == '-' ? '+' : c == '_' ? '/' : c);
        if (digit == npos) {
            return false;
        }
        bits = ((bits << 6U) | static_cast<std::uint32_t>(digit)) & 0xFFFFU;
        held += 6;
        if (held >= 8) {
            held -= 8;
            if (((bits >> held) & 0xFFU) == ':') {
                return true;
            }
        }
    }
    return false;
}

/// Whether `word`, in small letters, stands at `at` in any case, with a blank behind it.
bool stands_at(std::string_view text, std::size_t at, std::string_view word) {
    if (text.size() - at <= word.size() || (at > 0 && is_letter_or_digit(text[at - 1]))) {
        return false;
    }
    const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    return std::ranges::equal(text.substr(at, word.size()), word, same) && text[at + word.size()] == ' ';
}

}  // namespace

bool names_a_scheme(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if ((text[at] == 'b' || text[at] == 'B') &&
            (stands_at(text, at, "bearer") || stands_at(text, at, "basic"))) {
            return true;
        }
    }
    return false;
}

void find_scheme_credentials(const DecodedView& view, std::vector<SecretSpan>& spans) {
    const std::string_view text = view.text;
    for (auto at = text.find_first_of("bB"); at != npos; at = text.find_first_of("bB", at + 1)) {
        const bool is_bearer = stands_at(text, at, "bearer");
        if (!is_bearer && !stands_at(text, at, "basic")) {
            continue;
        }
        const auto begin = text.find_first_not_of(' ', at + (is_bearer ? 6 : 5));
        if (begin == npos) {
            return;
        }
        const auto end = end_of_token(text, begin);
        const auto token = text.substr(begin, end - begin);
        if (is_bearer ? looks_opaque(token) : token.size() >= kShortestBasic && holds_a_colon(token)) {
            add(view, begin, end, spans);
        }
        at = std::max(at, end - 1);
    }
}

void find_web_tokens(const DecodedView& view, std::vector<SecretSpan>& spans) {
    const std::string_view text = view.text;
    for (auto at = text.find("eyJ"); at != npos; at = text.find("eyJ", at)) {
        const auto end = end_of_token(text, at);
        const auto token = text.substr(at, end - at);
        if (token.size() >= kShortestWebToken && std::ranges::count(token, '.') >= 2) {
            add(view, at, end, spans);
        }
        at = end;
    }
}

}  // namespace navette::outbound
