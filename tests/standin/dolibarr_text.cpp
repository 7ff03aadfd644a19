#include "tests/standin/dolibarr_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

namespace navette::standin {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
bool is_letter(char c) {
    return lower(c) >= 'a' && lower(c) <= 'z';
}

bool begins_tag(std::string_view text, std::size_t at) {
    const char next = at + 1 < text.size() ? text[at + 1] : ' ';
    return text[at] == '<' && (is_letter(next) || next == '/' || next == '!');
}

/// Without tags; of one that is never closed only the "<" goes.
std::string without_tags(std::string_view text) {
    std::string kept;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (!begins_tag(text, i)) {
            kept += text[i];
            continue;
        }
        const auto end = text.find_first_of("<>", i + 1);
        if (end != std::string_view::npos && text[end] == '>') {
            i = end;
        }
    }
    return kept;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

/// The entities that tests need: PHP knows them all.
void resolve_entities(std::string& text) {
    for (const auto& [entity, meaning] : {
             std::pair{"&eacute;", "é"},
             std::pair{"&nbsp;", "\u00a0"},
             std::pair{"&#39;", "'"},
             std::pair{"&apos;", "'"},
         }) {
        replace_all(text, entity, meaning);
    }
}

std::string without_scripts(std::string result) {
    for (;;) {
        const std::string searched = folded(result);
        const auto begin = searched.find("<script");
        if (begin == std::string::npos) {
            return result;
        }
        const auto end = searched.find("</script>", begin);
        result.erase(begin, end == std::string::npos ? end : end - begin + 9);
    }
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? ""
                                           : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// U+00C0 to U+00FF without their accents; a blank stands for what Dolibarr leaves as it is.
constexpr std::string_view kUnaccented = "AAAAAA CEEEEIIII NOOOOO OUUUUY  aaaaaa ceeeeiiii nooooo ouuuuy y";
static_assert(kUnaccented.size() == 64);

std::string without_accents(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        if (text[i] == '\xC3' && next >= 0x80 && next <= 0xBF && kUnaccented[next - 0x80U] != ' ') {
            plain += kUnaccented[next - 0x80U];
            ++i;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

double power_of_ten(int places) {
    return std::pow(10.0, places);
}

}  // namespace

std::string folded(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), lower);
    return result;
}

std::string upper_cased(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), upper);
    return result;
}

std::string small_letters(std::string_view text) {
    std::string result = folded(text);
    for (std::size_t i = 1; i < result.size(); ++i) {
        const auto byte = static_cast<unsigned char>(result[i]);
        const bool is_capital = result[i - 1] == '\xC3' && byte >= 0x80 && byte <= 0x9E && byte != 0x97;
        result[i] = static_cast<char>(is_capital ? byte + 0x20U : byte);
    }
    return result;
}

std::size_t characters(std::string_view text) {
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues));
}

std::optional<std::string> four_byte_character(std::string_view text) {
    const auto leads = [](char c) { return static_cast<unsigned char>(c) >= 0xF0U; };
    const auto found = std::ranges::find_if(text, leads);
    if (found == text.end()) {
        return std::nullopt;
    }
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string written;
    for (const char c : std::string_view(found, text.end()).substr(0, 4)) {
        const auto byte = static_cast<unsigned char>(c);
        written += "\\x";
        written += kDigits[byte >> 4U];
        written += kDigits[byte & 0x0FU];
    }
    return written;
}

std::string plain_text(std::string_view text) {
    std::string result(trimmed(text));
    for (std::string before; result != before;) {
        before = result;
        resolve_entities(result);
        for (const auto& [entity, meaning] :
             {std::pair{"&lt;", "<"}, std::pair{"&gt;", ">"}, std::pair{"&amp;", "&"}}) {
            replace_all(result, entity, meaning);
        }
        result = without_tags(result);
        replace_all(result, "../", "");
        std::erase(result, '"');
        for (auto at = result.find("  "); at != std::string::npos; at = result.find("  ")) {
            result.erase(at, 1);
        }
        result = trimmed(result);
    }
    return result;
}

std::string restricted_html(std::string_view text) {
    std::string clean = without_scripts(std::string(trimmed(text)));
    resolve_entities(clean);
    const std::string_view left = clean;
    std::string result;
    for (std::size_t i = 0; i < left.size(); ++i) {
        const auto rest = left.substr(i);
        const auto end = left.find_first_of("<>", i + 1);
        const bool is_closed = end != std::string_view::npos && left[end] == '>';
        if (begins_tag(left, i) && is_closed) {
            result += left.substr(i, end - i + 1);
            i = end;
        } else if (left[i] == '<' || left[i] == '>') {
            result += left[i] == '<' ? "&lt;" : "&gt;";
        } else if (left[i] == '&' && !rest.starts_with("&amp;") && !rest.starts_with("&lt;") &&
                   !rest.starts_with("&gt;")) {
            result += "&amp;";
        } else {
            result += left[i];
        }
    }
    return result;
}

std::string product_ref(std::string_view text) {
    std::string result;
    for (const char c : without_accents(trimmed(text))) {
        if (c == '"' || c == '<') {
            continue;
        }
        result += std::string_view(" /\\:;,'=*?>|$[]").contains(c) ? '_' : c;
    }
    return result;
}

double php_number(std::string_view text) {
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) {
        return (c >= '0' && c <= '9') || c == '-' || c == '.' || c == 'e' || c == 'E' || c == '+';
    });
    double number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return std::isfinite(number) ? number : 0;
}

double rounded_to(double number, int places) {
    const double scaled = number * power_of_ten(places);
    // 1.005 * 100 is a little below 100.5 in binary; PHP rounds what the decimal digits say.
    const double nudged = scaled + std::copysign(std::abs(scaled) * 1e-14 + 1e-9, scaled);
    return std::round(nudged) / power_of_ten(places);
}

double cut_to(double number, int places) {
    const double scaled = number * power_of_ten(places);
    const double nudged = scaled + std::copysign(std::abs(scaled) * 1e-14 + 1e-9, scaled);
    return std::trunc(nudged) / power_of_ten(places);
}

std::string decimals(double number, int places) {
    std::array<char, 400> buffer{};
    const auto end =
        std::to_chars(buffer.begin(), buffer.end(), number, std::chars_format::fixed, places).ptr;
    return {buffer.begin(), end};
}

std::string shortest(double number) {
    std::array<char, 400> buffer{};
    const auto end = std::to_chars(buffer.begin(), buffer.end(), number, std::chars_format::fixed).ptr;
    return {buffer.begin(), end};
}

}  // namespace navette::standin
