#include "daemon/http/percent.hpp"

#include <algorithm>

namespace navette::http {

namespace {

std::optional<unsigned> digit(char c) {
    if (c >= '0' && c <= '9') {
        return static_cast<unsigned>(c - '0');
    }
    if (c >= 'a' && c <= 'f') {
        return static_cast<unsigned>(c - 'a') + 10U;
    }
    if (c >= 'A' && c <= 'F') {
        return static_cast<unsigned>(c - 'A') + 10U;
    }
    return std::nullopt;
}

/// The byte that the escape at `at` stands for.
std::optional<char> escape(std::string_view text, std::size_t at) {
    if (at + 2 >= text.size()) {
        return std::nullopt;
    }
    const auto high = digit(text[at + 1]);
    const auto low = digit(text[at + 2]);
    if (!high || !low || (*high == 0 && *low == 0)) {
        return std::nullopt;
    }
    return static_cast<char>((*high << 4U) | *low);
}

std::string form_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+') {
            decoded += ' ';
        } else if (const auto byte = text[at] == '%' ? escape(text, at) : std::nullopt) {
            decoded += *byte;
            at += 2;
        } else {
            decoded += text[at];
        }
    }
    return decoded;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            decoded += text[at];
            continue;
        }
        const auto byte = escape(text, at);
        if (!byte) {
            return std::nullopt;
        }
        decoded += *byte;
        at += 2;
    }
    return decoded;
}

std::vector<std::pair<std::string, std::string>> query_pairs(std::string_view query) {
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) {
            continue;
        }
        const auto equals = std::min(pair.find('='), pair.size());
        const auto value = equals < pair.size() ? pair.substr(equals + 1) : std::string_view();
        pairs.emplace_back(form_decoded(pair.substr(0, equals)), form_decoded(value));
    }
    return pairs;
}

}  // namespace navette::http
