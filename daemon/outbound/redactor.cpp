#include "daemon/outbound/redactor.hpp"

#include "daemon/outbound/byte_set.hpp"
#include "daemon/outbound/credential_spans.hpp"
#include "daemon/outbound/decoded_view.hpp"
#include "daemon/outbound/plain_json.hpp"
#include "daemon/outbound/secret_spans.hpp"
#include "daemon/outbound/valid_utf8.hpp"
#include "daemon/secrets/wiping.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

namespace navette::outbound {

namespace json = boost::json;

namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kMinSecret = 4;
constexpr std::size_t kMinPart = 8;  // of a secret with blanks: a passphrase's words are ordinary text
constexpr std::string_view kBlank = " \t\r\n";
constexpr std::size_t kLongestCharacter = 4;
constexpr std::size_t kLongestEscape = 16;  // of one byte, percent-encoded over a JSON escape and again

std::string base64(std::string_view bytes, std::string_view last_two) {
    static constexpr std::string_view kCommon =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    std::string encoded;
    std::uint32_t bits = 0;
    unsigned held = 0;
    const auto put = [&](std::uint32_t index) {
        encoded += index < kCommon.size() ? kCommon[index] : last_two[index - kCommon.size()];
    };
    for (const char c : bytes) {
        bits = ((bits << 8U) | static_cast<unsigned char>(c)) & 0xFFFFU;
        for (held += 8; held >= 6; held -= 6) {
            put((bits >> (held - 6U)) & 0x3FU);
        }
    }
    if (held > 0) {
        put((bits << (6U - held)) & 0x3FU);
    }
    return encoded;
}

// A secret may begin at any byte of what was encoded ("user:secret"): three alignments, of which the
// characters that depend on the secret alone are looked for.
void add_base64_forms(const std::string& secret, std::vector<std::string>& forms) {
    for (std::size_t before = 0; before < 3; ++before) {
        const std::size_t first = (before * 8 + 5) / 6;
        const std::size_t last = (before + secret.size()) * 8 / 6;
        for (const std::string_view last_two : {"+/", "-_"}) {
            forms.push_back(base64(std::string(before, '\0') + secret, last_two).substr(first, last - first));
        }
    }
}

void sort_unique(std::vector<std::string>& texts) {
    std::ranges::sort(texts);
    const auto rest = std::ranges::unique(texts);
    texts.erase(rest.begin(), rest.end());
}

// Overlapping spans become one.
std::vector<SecretSpan> merged(std::vector<SecretSpan> spans) {
    std::ranges::sort(spans, [](const SecretSpan& a, const SecretSpan& b) {
        return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
    });
    std::vector<SecretSpan> result;
    for (const auto& span : spans) {
        if (result.empty() || span.begin >= result.back().end) {
            result.push_back(span);
        } else {
            result.back().end = std::max(result.back().end, span.end);
        }
    }
    return result;
}

}  // namespace

struct Redactor::Needles {
    Needles() = default;
    ~Needles() {
        for (auto* list : {&values, &base64_values}) {
            std::ranges::for_each(*list, secrets::wipe);
        }
    }
    Needles(const Needles&) = delete;
    Needles& operator=(const Needles&) = delete;

    /// Whether any of them stands in a text of these bytes.
    [[nodiscard]] bool stand_in(std::string_view text, const ByteSet& bytes) const {
        const auto stands = [&](const Needle& needle) {
            return needle.text.size() <= text.size() && bytes.has_all_of(needle.bytes) &&
                   memmem(text.data(), text.size(), needle.text.data(), needle.text.size()) != nullptr;
        };
        return std::ranges::any_of(all_, stands);
    }

    /// To be called when all have been added.
    void complete() {
        for (auto* list : {&values, &base64_values}) {
            sort_unique(*list);
            for (const auto& text : *list) {
                all_.push_back({text, ByteSet(text)});
            }
        }
    }

    void add(const std::string& secret) {
        if (secret.size() < kMinSecret) {
            return;
        }
        longest = std::max(longest, secret.size());
        add_base64_forms(secret, base64_values);
        std::string as_form = secret;
        std::ranges::replace(as_form, ' ', '+');
        values.push_back(std::move(as_form));
        values.push_back(secret);
    }

    void add_parts(std::string_view secret) {
        while (!secret.empty()) {
            const auto part = secret.substr(0, secret.find_first_of(kBlank));
            if (part.size() >= kMinPart) {
                add(std::string(part));
            }
            secret.remove_prefix(std::min(part.size() + 1, secret.size()));
        }
    }

    std::vector<std::string> values;
    std::vector<std::string> base64_values;  // what is sure to stand in a base64 text around a secret
    std::size_t longest = 0;

  private:
    struct Needle {
        std::string_view text;  // of one of the lists
        ByteSet bytes;
    };
    std::vector<Needle> all_;
};

Redactor::Redactor(std::vector<std::string> secrets) {
    auto needles = std::make_shared<Needles>();
    for (auto& secret : secrets) {
        needles->add(secret);
        if (secret.find_first_of(kBlank) != std::string::npos) {
            needles->add_parts(secret);
        }
        secrets::wipe(secret);
    }
    needles->complete();
    needles_ = std::move(needles);
}

// What each search of `hide` cannot do without. Escapes may hide anything.
bool Redactor::finds_no_value(std::string_view text, const ByteSet& bytes) const {
    if (bytes.has('%') || bytes.has('\\') || bytes.has('=')) {
        return false;
    }
    const bool may_hold_user_info = bytes.has('@') && bytes.has(':') && bytes.has('/');
    const bool may_hold_a_scheme = bytes.has(' ') && (bytes.has('b') || bytes.has('B'));
    return !(may_hold_user_info && text.find("://") != std::string_view::npos) &&
           !(may_hold_a_scheme && names_a_scheme(text)) &&
           !(bytes.has('J') && text.find("eyJ") != std::string_view::npos) &&
           !(needles_ && needles_->stand_in(text, bytes));
}

bool Redactor::leaves_as_it_is(std::string_view text) const {
    const ByteSet bytes(text);
    const bool holds_members = bytes.has(':') && bytes.has('"');
    return !holds_members && finds_no_value(text, bytes);
}

bool Redactor::leaves_json_as_it_is(std::string_view text) const {
    return finds_no_value(text, ByteSet(text)) && is_plain_json(text);
}

std::string Redactor::hide(std::string_view text, std::size_t shown) const {
    if (leaves_as_it_is(text)) {
        return std::string(text.substr(0, shown));
    }
    std::vector<SecretSpan> spans;
    for (const auto& view : decoded_views(text)) {
        if (needles_) {
            for (const auto& needle : needles_->values) {
                find_value(view, needle, false, spans);
            }
            for (const auto& needle : needles_->base64_values) {
                find_value(view, needle, true, spans);
            }
        }
        find_scheme_credentials(view, spans);
        find_web_tokens(view, spans);
        find_json_members(view, spans);
        find_parameters(view, spans);
        find_user_info(view, spans);
    }
    std::string hidden;
    hidden.reserve(shown);
    std::size_t next = 0;
    for (const auto& span : merged(std::move(spans))) {
        if (span.begin >= shown) {
            break;
        }
        hidden += text.substr(next, span.begin - next);
        hidden += span.bare_json ? "\"" + std::string(kMask) + "\"" : std::string(kMask);
        next = span.end;
    }
    if (next < shown) {
        hidden += text.substr(next, shown - next);
    }
    return hidden;
}

std::string Redactor::text(std::string_view text) const {
    return hide(text, text.size());
}

std::string Redactor::url(std::string_view url) const {
    return text(url);
}

json::value Redactor::json(const json::value& value) const {
    if (const auto* string = value.if_string()) {
        return json::value(text(*string));
    }
    if (const auto* array = value.if_array()) {
        json::array shown;
        shown.reserve(array->size());
        for (const auto& element : *array) {
            shown.push_back(json(element));
        }
        return shown;
    }
    if (const auto* object = value.if_object()) {
        json::object shown;
        for (const auto& [key, member] : *object) {
            const bool harmless = member.is_null() || member.is_bool();
            shown[text(key)] = names_a_secret(key) && !harmless ? json::value(kMask) : json(member);
        }
        return shown;
    }
    if (value.is_number()) {
        const auto digits = json::serialize(value);
        return text(digits) == digits ? value : json::value(kMask);
    }
    return value;
}

std::vector<sdk::Header> Redactor::headers(const std::vector<sdk::Header>& headers) const {
    std::vector<sdk::Header> shown;
    shown.reserve(headers.size());
    for (const auto& header : headers) {
        shown.push_back(
            {text(header.name), names_a_secret(header.name) ? std::string(kMask) : text(header.value)}
        );
    }
    return shown;
}

std::string Redactor::body(std::string_view body, std::size_t limit) const {
    const auto source = std::min(limit, body.size());
    // A secret or a character that the limit cuts in two is still seen whole; the rest of a huge body is not
    // even read.
    const auto longest = needles_ ? needles_->longest : 0;
    const auto read = body.substr(0, source + (longest + 1) * kLongestEscape);
    auto text = valid_utf8(hide(read, std::min(source + kLongestCharacter, body.size())));
    if (body.size() <= limit && text.size() <= limit) {
        return text;
    }
    const auto shown = utf8_prefix(text, limit);
    return std::string(shown) + "\n[cut to " + std::to_string(shown.size()) + " of " +
           std::to_string(body.size()) + " bytes]";
}

}  // namespace navette::outbound
