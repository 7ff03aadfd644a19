#include "daemon/sync/plain_text.hpp"

#include "daemon/sync/utf8.hpp"

namespace navette::sync {
namespace {

bool begins_tag(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!';
}

/// Without tags; a "<" that is never closed is left out alone, as Dolibarr does it.
std::string without_tags(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool is_tag = text[at] == '<' && at + 1 < text.size() && begins_tag(text[at + 1]);
        if (!is_tag) {
            kept += text[at];
            continue;
        }
        const auto end = text.find_first_of("<>", at + 1);
        if (end != std::string_view::npos && text[end] == '>') {
            at = end;
        }
    }
    return kept;
}

std::string single_spaced(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    for (const char c : text) {
        if (c != '"' && (c != ' ' || !kept.ends_with(' '))) {
            kept += c;
        }
    }
    return kept;
}

}  // namespace

std::string without_supplementary(std::string_view text) {
    std::string kept;
    kept.reserve(text.size());
    while (!text.empty()) {
        const CodePoint point = first_code_point(text);
        if (point.value <= 0xFFFF) {
            kept.append(text.substr(0, point.size));
        }
        text.remove_prefix(point.size);
    }
    return kept;
}

std::string plain_text(std::string_view text) {
    std::string plain = without_supplementary(text);
    // What stood around a tag may be one now.
    for (std::string before; plain != before;) {
        before = plain;
        plain = single_spaced(without_tags(before));
    }
    return std::string(trimmed(plain));
}

}  // namespace navette::sync
