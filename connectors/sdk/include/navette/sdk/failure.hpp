// What is the same for every platform when a call fails: no answer at all, and how long to wait. Pure.
#pragma once

#include <navette/sdk/foreign_json.hpp>
#include <navette/sdk/http.hpp>
#include <navette/sdk/outcome.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace navette::sdk {

/// What the lack of an answer means. `has_effect`: whether the request may have changed something, so that
/// the lost answer leaves that open.
[[nodiscard]] inline Outcome outcome_of(
    const TransportFailure& failure, std::string_view platform, bool has_effect
) {
    const auto name = std::string(platform);
    switch (failure.kind) {
        case TransportFailure::Kind::not_sent:
            return Outcome::unavailable(name + " cannot be reached: " + failure.message);
        case TransportFailure::Kind::refused:
            return Outcome::misconfigured(failure.message);
        case TransportFailure::Kind::cut_off:
            break;
    }
    if (!has_effect) {
        return Outcome::unavailable(name + "'s answer did not come: " + failure.message);
    }
    return Outcome::retry(name + "'s answer did not come, it may have done the work: " + failure.message)
        .after_unknown_effect();
}

/// The header Retry-After where it tells seconds, up to a day.
[[nodiscard]] inline std::optional<std::chrono::milliseconds> retry_after(const HttpResponse& response) {
    const auto seconds = to_integer(response.header("Retry-After"));
    if (!seconds || *seconds < 0 || *seconds > 86'400) {
        return std::nullopt;
    }
    return std::chrono::seconds(*seconds);
}

/// At most `length` bytes of a foreign text, never ending inside a character, with white space and control
/// characters as single blanks: for messages.
[[nodiscard]] inline std::string excerpt(std::string_view text, std::size_t length = 300) {
    std::string kept;
    for (const char c : text) {
        const bool is_blank = static_cast<unsigned char>(c) <= 0x20U || c == 0x7F;
        if (!is_blank) {
            kept += c;
        } else if (!kept.empty() && kept.back() != ' ') {
            kept += ' ';
        }
        if (kept.size() > length) {
            break;
        }
    }
    if (kept.size() > length) {
        auto end = length;
        while (end > 0 && (static_cast<unsigned char>(kept[end]) & 0xC0U) == 0x80U) {
            --end;
        }
        kept.resize(end);
    }
    while (kept.ends_with(' ')) {
        kept.pop_back();
    }
    return kept;
}

}  // namespace navette::sdk
