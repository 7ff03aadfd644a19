#include "errors.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <utility>

namespace navette::hubspot {

namespace {

using sdk::Outcome;
using std::chrono::milliseconds;

constexpr milliseconds kLockPause{2'000};
// The day ends at midnight in the account's own time zone, which no answer tells: ask again now and then.
constexpr milliseconds kDailyPause{900'000};

/// The first property that an inner error is about; empty where none is named.
std::string property_at_fault(const json::value& body) {
    for (const auto& error : sdk::list_at(body, "errors")) {
        const auto* context = sdk::member_of(error, "context");
        if (context == nullptr) {
            continue;
        }
        const auto& names = sdk::list_at(*context, "propertyName");
        if (!names.empty() && names.front().is_string()) {
            return std::string(names.front().get_string());
        }
    }
    return {};
}

Outcome too_many(const sdk::HttpResponse& response, const json::value& body, const std::string& words) {
    if (const auto told = sdk::retry_after(response)) {
        return Outcome::throttled(words, told);
    }
    const auto policy = sdk::text_at(body, "policyName");
    if (policy == "DAILY") {
        return Outcome::throttled(words, kDailyPause);
    }
    const bool by_second = policy == "SECONDLY" || words.find("secondly limit") != std::string::npos;
    return Outcome::throttled(words, by_second ? milliseconds(1'000) : milliseconds(10'000));
}

Outcome forbidden(const json::value& body, const std::string& words) {
    const auto scopes = missing_scopes(body);
    return Outcome::misconfigured(
        scopes.empty() ? "HubSpot forbids this to the token: " + words
                       : "the token lacks the scope " + scopes + ": grant it in HubSpot (" + words + ")"
    );
}

}  // namespace

std::string words_of(const json::value& body) {
    auto words = sdk::text_at(body, "message");
    for (const auto& error : sdk::list_at(body, "errors")) {
        const auto inner = sdk::text_at(error, "message");
        if (!inner.empty() && words.find(inner) == std::string::npos) {
            words += (words.empty() ? "" : "; ") + inner;
        }
    }
    return sdk::excerpt(words);
}

std::string missing_scopes(const json::value& body) {
    std::string scopes;
    const auto add = [&scopes](const json::value* context) {
        if (context == nullptr) {
            return;
        }
        for (const auto* name : {"requiredGranularScopes", "requiredScopes"}) {
            for (const auto& scope : sdk::list_at(*context, name)) {
                if (scope.is_string()) {
                    scopes += (scopes.empty() ? "" : ", ") + std::string(scope.get_string());
                }
            }
        }
    };
    add(sdk::member_of(body, "context"));
    for (const auto& error : sdk::list_at(body, "errors")) {
        add(sdk::member_of(error, "context"));
    }
    return scopes;
}

std::string existing_id(std::string_view text) {
    constexpr std::string_view kMark = "Existing ID:";
    const auto at = text.find(kMark);
    if (at == std::string_view::npos) {
        return {};
    }
    text.remove_prefix(at + kMark.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return std::string(text.substr(0, text.find_first_not_of("0123456789")));
}

Outcome outcome_of_entry(const json::value& entry) {
    const auto category = sdk::text_at(entry, "category");
    auto words = words_of(entry);
    if (words.empty()) {
        words = "HubSpot refused the record without a word of why (" + category + ")";
    }
    if (category == "VALIDATION_ERROR") {
        return Outcome::rejected(words, property_at_fault(entry));
    }
    if (category == "CONFLICT") {
        return Outcome::conflict(words);
    }
    if (category == "OBJECT_NOT_FOUND") {
        return Outcome::gone(words);
    }
    if (category == "MISSING_SCOPES") {
        return forbidden(entry, words);
    }
    // A category that is unknown here may be a passing fault; attempts are counted.
    return Outcome::retry(words);
}

Outcome failure_of(const sdk::HttpResponse& response, bool has_effect) {
    const auto parsed = sdk::read_json(response.body);
    const auto body = parsed ? *parsed : json::value();
    auto words = words_of(body);
    if (words.empty()) {
        words = sdk::plain_text(response.body);
    }
    const auto answered = "HubSpot answered " + std::to_string(response.status) + ": " + words;
    switch (response.status) {
        case 400:
            return Outcome::rejected(words.empty() ? answered : words, property_at_fault(body));
        case 401:
            return Outcome::needs_reauth(
                "HubSpot refuses the token: it is wrong, expired or revoked; make a new one (" + words + ")"
            );
        case 403:
            return forbidden(body, words);
        case 404:
            return body.is_object() ? Outcome::gone(words.empty() ? answered : words)
                                    : Outcome::misconfigured(
                                          "there is no HubSpot API at this address, or not in this "
                                          "api_version: check base_url and api_version (" +
                                          words + ")"
                                      );
        case 409:
            return Outcome::conflict(words);
        case 423: {
            auto locked = Outcome::retry(answered);
            locked.retry_after = kLockPause;
            return locked;
        }
        case 429:
            return too_many(response, body, answered);
        case 477:
            return Outcome::throttled(
                "the HubSpot account is moving to another data centre: " + words, sdk::retry_after(response)
            );
        default:
            break;
    }
    if (response.status >= 500) {
        return sdk::server_failure("HubSpot", response, words, has_effect);
    }
    if (response.status >= 300 && response.status < 400) {
        return Outcome::misconfigured("HubSpot's address is redirected: check base_url");
    }
    return Outcome::rejected(answered);
}

}  // namespace navette::hubspot
