#include "daemon/engine/redacted_json.hpp"

#include "daemon/outbound/secret_spans.hpp"
#include "daemon/sync/utf8.hpp"

#include <boost/json/serialize.hpp>

namespace navette::engine {

namespace json = boost::json;

namespace {

constexpr std::string_view kMask = "\"***\"";

bool goes_as_it_is(char c) {
    return static_cast<signed char>(c) >= ' ' && c != '"' && c != '\\';
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '\0':
            return;
        case '"':
        case '\\':
            out += '\\';
            out += c;
            return;
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += "01"[static_cast<unsigned char>(c) >> 4U];
            out += "0123456789abcdef"[static_cast<unsigned char>(c) & 0xFU];
    }
}

template <class Range, class AppendOne>
void append_list(std::string& out, char opening, char closing, const Range& range, AppendOne append_one) {
    out += opening;
    bool first = true;
    for (const auto& one : range) {
        if (!first) {
            out += ',';
        }
        first = false;
        append_one(one);
    }
    out += closing;
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        std::size_t plain = 0;
        while (plain < text.size() && goes_as_it_is(text[plain])) {
            ++plain;
        }
        out.append(text, 0, plain);
        text.remove_prefix(plain);
        if (text.empty()) {
            break;
        }
        const auto next = sync::first_code_point(text);
        if (next.value < 0x80) {
            append_escaped(out, text.front());
        } else {
            sync::append_utf8(out, next.value);
        }
        text.remove_prefix(next.size);
    }
    out += '"';
}

void append_redacted(std::string& out, std::string_view text, const outbound::Redactor& redactor) {
    if (redactor.leaves_as_it_is(text)) {
        append_quoted(out, text);
    } else {
        append_quoted(out, redactor.text(text));
    }
}

void append_redacted(std::string& out, const json::value& value, const outbound::Redactor& redactor) {
    if (const auto* string = value.if_string()) {
        append_redacted(out, std::string_view(*string), redactor);
    } else if (const auto* array = value.if_array()) {
        append_list(out, '[', ']', *array, [&](const json::value& one) {
            append_redacted(out, one, redactor);
        });
    } else if (const auto* object = value.if_object()) {
        append_list(out, '{', '}', *object, [&](const auto& member) {
            append_redacted(out, std::string_view(member.key()), redactor);
            out += ':';
            const auto& own = member.value();
            const bool harmless = own.is_null() || own.is_bool();
            if (!harmless && outbound::names_a_secret(member.key())) {
                out += kMask;
            } else {
                append_redacted(out, own, redactor);
            }
        });
    } else {
        const auto digits = json::serialize(value);
        const bool harmless =
            !value.is_number() || redactor.leaves_as_it_is(digits) || redactor.text(digits) == digits;
        out += harmless ? std::string_view(digits) : kMask;
    }
}

}  // namespace navette::engine
