#include "daemon/sync/utf8.hpp"

#include <array>

namespace navette::sync {
namespace {

constexpr CodePoint kInvalid{U'\uFFFD', 1};

bool is_space(char32_t c) {
    return c == U' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
           c == 0x3000 || c == 0xFEFF;
}

/// An ASCII character that takes ink: most texts begin and end with one, and so have nothing to trim.
bool is_visible_ascii(char c) {
    return c > ' ' && c <= '~';
}

bool within(char32_t c, char32_t first, char32_t last) {
    return c >= first && c <= last;
}

// Letters that lie side by side, upper case first: U+0100 and U+0101. Some blocks start with an odd code
// point.
bool paired_even(char32_t c) {
    return within(c, 0x100, 0x12F) || within(c, 0x132, 0x137) || within(c, 0x14A, 0x177) ||
           within(c, 0x460, 0x481) || within(c, 0x48A, 0x4BF) || within(c, 0x4D0, 0x52F) ||
           within(c, 0x1E00, 0x1E95) || within(c, 0x1EA0, 0x1EFF);
}
bool paired_odd(char32_t c) {
    return within(c, 0x139, 0x148) || within(c, 0x179, 0x17E);
}

// Letters whose lower case lies at a fixed distance.
struct CaseBlock {
    char32_t first;
    char32_t last;
    char32_t distance;
};
constexpr std::array kBlocks{
    CaseBlock{0xC0, 0xD6, 0x20},
    CaseBlock{0xD8, 0xDE, 0x20},
    CaseBlock{0x388, 0x38A, 0x25},
    CaseBlock{0x391, 0x3A1, 0x20},
    CaseBlock{0x3A3, 0x3AB, 0x20},
    CaseBlock{0x400, 0x40F, 0x50},
    CaseBlock{0x410, 0x42F, 0x20},
    CaseBlock{0x386, 0x386, 0x26},
    CaseBlock{0x38C, 0x38C, 0x40},
    CaseBlock{0x38E, 0x38F, 0x3F},
};

char32_t lower(char32_t c) {
    if (c < 0x80) {
        return within(c, U'A', U'Z') ? c + 0x20 : c;
    }
    for (const CaseBlock& block : kBlocks) {
        if (within(c, block.first, block.last)) {
            return c + block.distance;
        }
    }
    if (c == 0x178) {
        return 0xFF;
    }
    return (paired_even(c) && c % 2 == 0) || (paired_odd(c) && c % 2 == 1) ? c + 1 : c;
}

char32_t upper(char32_t c) {
    if (c < 0x80) {
        return within(c, U'a', U'z') ? c - 0x20 : c;
    }
    for (const CaseBlock& block : kBlocks) {
        if (within(c, block.first + block.distance, block.last + block.distance)) {
            return c - block.distance;
        }
    }
    if (c == 0xFF) {
        return 0x178;
    }
    if (c == 0x3C2) {
        return 0x3A3;  // the final sigma
    }
    return (paired_even(c) && c % 2 == 1) || (paired_odd(c) && c % 2 == 0) ? c - 1 : c;
}

std::string with_case(std::string_view text, char32_t (*change)(char32_t)) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const CodePoint point = first_code_point(text);
        const char32_t changed = change(point.value);
        if (changed == point.value) {
            result.append(text.substr(0, point.size));
        } else {
            append_utf8(result, changed);
        }
        text.remove_prefix(point.size);
    }
    return result;
}

}  // namespace

CodePoint first_code_point(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        return {lead, 1};
    }
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < size) {
        return kInvalid;
    }
    char32_t value = lead & (0x7FU >> size);
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) {
            return kInvalid;
        }
        value = (value << 6U) | (byte(i) & 0x3FU);
    }
    constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    if (value < kSmallest.at(size) || value > 0x10FFFF || within(value, 0xD800, 0xDFFF)) {
        return kInvalid;
    }
    return {value, size};
}

void append_utf8(std::string& text, char32_t c) {
    const auto put = [&](char32_t byte) {
        text.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
    };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0U | (c >> 6U));
        put(0x80U | (c & 0x3FU));
    } else if (c < 0x10000) {
        put(0xE0U | (c >> 12U));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    } else {
        put(0xF0U | (c >> 18U));
        put(0x80U | ((c >> 12U) & 0x3FU));
        put(0x80U | ((c >> 6U) & 0x3FU));
        put(0x80U | (c & 0x3FU));
    }
}

std::string_view leading_code_points(std::string_view text, std::size_t count) {
    std::size_t end = 0;
    for (; count > 0 && end < text.size(); --count) {
        end += first_code_point(text.substr(end)).size;
    }
    return text.substr(0, end);
}

std::string_view trimmed(std::string_view text) {
    if (!text.empty() && is_visible_ascii(text.front()) && is_visible_ascii(text.back())) {
        return text;
    }
    std::size_t first = std::string_view::npos;
    std::size_t end = 0;
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint point = first_code_point(text.substr(i));
        if (!is_space(point.value)) {
            first = first == std::string_view::npos ? i : first;
            end = i + point.size;
        }
        i += point.size;
    }
    return first == std::string_view::npos ? std::string_view() : text.substr(first, end - first);
}

std::string to_lower(std::string_view text) {
    return with_case(text, lower);
}

std::string to_upper(std::string_view text) {
    return with_case(text, upper);
}

}  // namespace navette::sync
