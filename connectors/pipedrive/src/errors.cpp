#include "errors.hpp"

#include <navette/sdk/reading.hpp>

#include <utility>

namespace navette::pipedrive {

namespace {

using sdk::Outcome;
using std::chrono::milliseconds;

constexpr milliseconds kBurstPause{2'000};
// Hammering an exhausted account leads to a block, and Retry-After means nothing then.
constexpr milliseconds kDailyPause{900'000};
constexpr milliseconds kBlockPause{600'000};

/// "subscription_url: invalid", as the webhooks' endpoints tell what is wrong; else their `message`.
std::string words_of_fields(const json::value& body) {
    const auto* errors = sdk::member_of(body, "errors");
    const auto* fields = errors == nullptr ? nullptr : errors->if_object();
    if (fields == nullptr) {
        return sdk::text_at(body, "message");
    }
    std::string words;
    for (const auto& [field, texts] : *fields) {
        for (const auto& text : sdk::list_at(*errors, field)) {
            if (text.is_string()) {
                words +=
                    (words.empty() ? "" : "; ") + std::string(field) + ": " + std::string(text.get_string());
            }
        }
    }
    return words;
}

std::string words_of(const sdk::HttpResponse& response, const json::value& body) {
    auto words = sdk::text_at(body, "error");
    if (words.empty()) {
        words = words_of_fields(body);
    }
    const auto info = sdk::text_at(body, "error_info");
    // The standing remark on where the documentation is tells nobody anything.
    if (!info.empty() && info.find("developers.pipedrive.com") == std::string::npos) {
        words += (words.empty() ? "" : "; ") + info;
    }
    return words.empty() ? sdk::plain_text(response.body) : sdk::excerpt(words);
}

Outcome forbidden(const json::value& body, const std::string& words) {
    if (!body.is_object()) {
        return Outcome::throttled(
            "Pipedrive's gateway blocks this address for a while: " + words, kBlockPause
        );
    }
    const auto code = sdk::text_at(body, "code");
    if (code.starts_with("feature_capping")) {
        return Outcome::misconfigured(
            "the plan of this Pipedrive account is used up (" + code + "): " + words
        );
    }
    // "Scope and URL mismatch"
    if (words.find("cope") != std::string::npos) {
        return Outcome::misconfigured("the token lacks a scope: " + words);
    }
    return Outcome::rejected("Pipedrive forbids this to the token's user: " + words);
}

Outcome too_many(const sdk::HttpResponse& response, const std::string& words) {
    if (response.header("x-daily-ratelimit-token-remaining") == "0") {
        return Outcome::throttled(
            "the daily token budget of this Pipedrive account is used up: " + words, kDailyPause
        );
    }
    return Outcome::throttled(words, sdk::retry_after(response).value_or(kBurstPause));
}

}  // namespace

Outcome failure_of(const sdk::HttpResponse& response, bool has_effect) {
    const auto parsed = sdk::read_json(response.body);
    const auto body = parsed ? *parsed : json::value();
    const auto words = words_of(response, body);
    const auto answered = "Pipedrive answered " + std::to_string(response.status) + ": " + words;
    switch (response.status) {
        case 400:
        case 422:
            return Outcome::rejected(words.empty() ? answered : words);
        case 401:
            return Outcome::needs_reauth(
                "Pipedrive refuses the API token: it is wrong, was made anew, or its user is deactivated (" +
                words + ")"
            );
        case 402:
            return Outcome::misconfigured("this Pipedrive account is unpaid or suspended: " + words);
        case 403:
            return forbidden(body, words);
        case 404:
            return body.is_object()
                       ? Outcome::gone(answered)
                       : Outcome::misconfigured("there is no Pipedrive API at this address: check base_url");
        case 410:
            return Outcome::gone(answered);
        case 429:
            return too_many(response, answered);
        default:
            break;
    }
    if (response.status >= 500) {
        return sdk::server_failure("Pipedrive", response, words, has_effect);
    }
    if (response.status >= 300 && response.status < 400) {
        return Outcome::misconfigured(
            "Pipedrive redirects to " + std::string(response.header("Location")) + ": enter that as base_url"
        );
    }
    return Outcome::rejected(answered);
}

}  // namespace navette::pipedrive
