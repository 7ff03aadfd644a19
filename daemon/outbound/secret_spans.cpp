#include "daemon/outbound/secret_spans.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

namespace navette::outbound {

namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::size_t kMaxNameLength = 128;
constexpr std::string_view kBlank = " \t\r\n";
constexpr std::string_view kParameterEnd = "&# \t\r\n\"<>\\";
constexpr std::string_view kAuthorityEnd = "/?# \t\r\n\"<>\\";

// Parts of names, in lower case without punctuation.
constexpr auto kSecretParts = std::to_array<std::string_view>({
    "authorization", "cookie",          "token",        "secret",
    "password",      "passwd",          "passphrase",   "pwd",
    "apikey",        "accesskey",       "privatekey",   "consumerkey",
    "credential",    "clientassertion", "codeverifier", "sessionid",
    "passcrypted",   "passindatabase",  "passtemp",  // Dolibarr's user objects
});
// Too short to be looked for in a longer name.
constexpr std::string_view kSecretWord = "pass";
// Too ordinary in JSON, but not in a query string.
constexpr auto kSecretParameters = std::to_array<std::string_view>({"key", "code", "auth", "sig"});

/// The letters of a name in either case, a bit for each: a name that lacks a letter of a part does not hold
/// the part.
constexpr std::uint32_t letters_of(std::string_view name) {
    std::uint32_t letters = 0;
    for (const char c : name) {
        const auto letter = (static_cast<unsigned char>(c) | 0x20U) - unsigned{'a'};
        if (letter < 26U) {
            letters |= 1U << letter;
        }
    }
    return letters;
}

constexpr auto kLettersOfSecretParts = [] {
    std::array<std::uint32_t, kSecretParts.size()> letters{};
    std::ranges::transform(kSecretParts, letters.begin(), letters_of);
    return letters;
}();

std::string plain_name(std::string_view name) {
    std::string plain;
    for (const char c : name) {
        if (c >= 'A' && c <= 'Z') {
            plain += static_cast<char>(c - 'A' + 'a');
        } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            plain += c;
        }
    }
    return plain;
}

bool is_base64(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '-' || c == '_';
}

void add(
    const DecodedView& view,
    std::size_t begin,
    std::size_t end,
    std::vector<SecretSpan>& spans,
    bool bare = false
) {
    if (begin < end) {
        spans.push_back({view.origin[begin], view.origin[end], bare});
    }
}

std::size_t end_of_string(std::string_view text, std::size_t begin) {
    for (std::size_t i = begin; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            return i;
        }
    }
    return text.size();
}

std::size_t end_of_container(std::string_view text, std::size_t begin) {
    std::size_t depth = 0;
    for (std::size_t i = begin; i < text.size(); ++i) {
        if (text[i] == '"') {
            i = end_of_string(text, i + 1);
        } else if (text[i] == '{' || text[i] == '[') {
            ++depth;
        } else if ((text[i] == '}' || text[i] == ']') && --depth == 0) {
            return i + 1;
        }
    }
    return text.size();
}

// The key that ends before the colon at `colon`.
std::optional<std::string_view> key_before(std::string_view text, std::size_t colon) {
    const auto last = text.substr(0, colon).find_last_not_of(kBlank);
    if (last == npos || last == 0 || text[last] != '"') {
        return std::nullopt;
    }
    const std::size_t floor = last > kMaxNameLength ? last - kMaxNameLength : 0;
    const auto name = text.substr(floor, last - floor);
    const auto quote = name.rfind('"');
    return quote == npos ? std::nullopt : std::optional(name.substr(quote + 1));
}

// Marks the JSON value that begins at `begin`; returns where to read on.
std::size_t add_json_value(const DecodedView& view, std::size_t begin, std::vector<SecretSpan>& spans) {
    const std::string_view text = view.text;
    const char first = text[begin];
    if (first == '"') {
        const auto end = end_of_string(text, begin + 1);
        add(view, begin + 1, end, spans);
        return end;
    }
    if (first == '{' || first == '[') {
        const auto end = end_of_container(text, begin);
        add(view, begin, end, spans, true);
        return end;
    }
    const auto end = std::min(text.find_first_of(",}]\"\\ \t\r\n", begin), text.size());
    const auto value = text.substr(begin, end - begin);
    if (value != "null" && value != "true" && value != "false") {
        add(view, begin, end, spans, true);
    }
    return end;
}

}  // namespace

bool names_a_secret(std::string_view name) {
    const auto letters = letters_of(name);
    const auto has_all = [&](std::uint32_t wanted) { return (wanted & ~letters) == 0; };
    if (!has_all(letters_of(kSecretWord)) && std::ranges::none_of(kLettersOfSecretParts, has_all)) {
        return false;
    }
    const auto plain = plain_name(name);
    return plain == kSecretWord ||
           std::ranges::any_of(kSecretParts, [&](auto part) { return plain.find(part) != npos; });
}

void find_value(
    const DecodedView& view, std::string_view needle, bool within_base64, std::vector<SecretSpan>& spans
) {
    const std::string_view text = view.text;
    // memmem is linear whatever the two texts are; std::search and string::find are not.
    for (std::size_t from = 0; from < text.size();) {
        const void* const found =
            memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
        if (found == nullptr) {
            return;
        }
        auto begin = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
        auto end = begin + needle.size();
        from = end;
        if (within_base64) {
            begin -= begin > 0 && is_base64(text[begin - 1]) ? 1U : 0U;
            end += end < text.size() && is_base64(text[end]) ? 1U : 0U;
        }
        add(view, begin, end, spans);
    }
}

void find_json_members(const DecodedView& view, std::vector<SecretSpan>& spans) {
    const std::string_view text = view.text;
    for (auto colon = text.find(':'); colon < text.size(); colon = text.find(':', colon)) {
        const auto key = key_before(text, colon);
        ++colon;
        const auto value = text.find_first_not_of(kBlank, colon);
        if (key && value != npos && names_a_secret(*key)) {
            colon = std::max(colon, add_json_value(view, value, spans));
        }
    }
}

void find_parameters(const DecodedView& view, std::vector<SecretSpan>& spans) {
    const std::string_view text = view.text;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto name = text.substr(begin, kMaxNameLength);
        const auto name_size = name.find_first_of("=?&#; \t\r\n\"<>\\:");
        if (name_size != npos && name[name_size] == '=') {
            const auto found = name.substr(0, name_size);
            const auto value = begin + name_size + 1;
            if (names_a_secret(found) ||
                std::ranges::find(kSecretParameters, plain_name(found)) != kSecretParameters.end()) {
                const auto end = std::min(text.find_first_of(kParameterEnd, value), text.size());
                add(view, value, end, spans);
                begin = end;
            }
        }
        const auto separator = text.find_first_of("?&#;", begin);
        if (separator == npos) {
            return;
        }
        begin = separator + 1;
    }
}

void find_user_info(const DecodedView& view, std::vector<SecretSpan>& spans) {
    const std::string_view text = view.text;
    for (auto found = text.find("://"); found != npos; found = text.find("://", found)) {
        found += 3;
        const auto end = std::min(text.find_first_of(kAuthorityEnd, found), text.size());
        const auto at = text.substr(found, end - found).rfind('@');
        if (at != npos) {
            add(view, found, found + at, spans);
        }
    }
}

}  // namespace navette::outbound
