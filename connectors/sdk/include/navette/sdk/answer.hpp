// What is the same in the failing answers of all platforms: a page where JSON was expected, a server that is
// down. What an error means beyond that is the connector's own knowledge. Pure.
#pragma once

#include <navette/sdk/failure.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace navette::sdk {

/// Marks the outcome where the platform may have carried the request out before it failed.
[[nodiscard]] inline Outcome left_open(Outcome outcome, bool has_effect) {
    return has_effect ? std::move(outcome).after_unknown_effect() : std::move(outcome);
}

/// A body as a person reads it in one line: without HTML's tags, shortened.
[[nodiscard]] inline std::string plain_text(std::string_view body) {
    std::string plain;
    bool in_tag = false;
    for (const char c : body.substr(0, 8192)) {
        if (c == '<' || c == '>') {
            in_tag = c == '<';
            plain += ' ';
        } else if (!in_tag) {
            plain += c;
        }
    }
    return excerpt(plain);
}

/// A 5xx answer: 502, 503, 504 and 520 to 526 are an outage, any other is a fault of this one request. Either
/// may have had its effect.
[[nodiscard]] inline Outcome server_failure(
    std::string_view platform, const HttpResponse& response, std::string_view words, bool has_effect
) {
    const auto message = std::string(platform) + " answered " + std::to_string(response.status) + ": " +
                         (words.empty() ? std::string("no word of why") : std::string(words));
    const bool is_down = response.status == 502 || response.status == 503 || response.status == 504 ||
                         (response.status >= 520 && response.status <= 526);
    return left_open(is_down ? Outcome::unavailable(message) : Outcome::retry(message), has_effect);
}

/// A success whose body cannot be read.
[[nodiscard]] inline Outcome unreadable(
    std::string_view platform, const HttpResponse& response, bool has_effect
) {
    return left_open(
        Outcome::retry(
            std::string(platform) + " answered " + std::to_string(response.status) +
            " with a body that cannot be read: " + plain_text(response.body)
        ),
        has_effect
    );
}

}  // namespace navette::sdk
