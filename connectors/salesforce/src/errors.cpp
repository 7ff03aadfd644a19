#include "errors.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace navette::salesforce {

namespace {

using sdk::Outcome;
using std::chrono::milliseconds;

// The day's count rolls, and no answer tells when it falls: ask again now and then.
constexpr milliseconds kDailyPause{900'000};
constexpr milliseconds kConcurrentPause{10'000};
constexpr milliseconds kMaintenancePause{900'000};

bool is_any(std::string_view code, std::initializer_list<std::string_view> codes) {
    return std::ranges::find(codes, code) != codes.end();
}

std::string field_at_fault(const json::value& error) {
    const auto& names = sdk::list_at(error, "fields");
    return !names.empty() && names.front().is_string() ? std::string(names.front().get_string())
                                                       : std::string();
}

std::string words_of(const json::value& error) {
    const auto code = code_of(error);
    const auto message = sdk::excerpt(sdk::text_at(error, "message"));
    return message.empty() ? code : message + (code.empty() ? "" : " (" + code + ")");
}

Outcome over_limit(const std::string& words) {
    const bool is_concurrent = words.find("oncurrent") != std::string::npos;
    return Outcome::throttled(
        is_concurrent ? words : "the organisation's API requests of the last 24 hours are used up: " + words,
        is_concurrent ? kConcurrentPause : kDailyPause
    );
}

}  // namespace

std::string code_of(const json::value& error) {
    auto code = sdk::text_at(error, "statusCode");
    return code.empty() ? sdk::text_at(error, "errorCode") : code;
}

const json::value* first_error(const json::value& body) {
    if (const auto* list = body.if_array()) {
        return list->empty() ? nullptr : &list->front();
    }
    return body.is_object() ? &body : nullptr;
}

Outcome outcome_of_error(const json::value& error) {
    const auto code = code_of(error);
    auto words = words_of(error);
    if (words.empty()) {
        words = "Salesforce refused the record without a word of why";
    }
    if (is_any(code, {"NOT_FOUND", "ENTITY_IS_DELETED"})) {
        return Outcome::gone(words);
    }
    if (code == "REQUEST_LIMIT_EXCEEDED") {
        return over_limit(words);
    }
    if (code == "INVALID_SESSION_ID") {
        return Outcome::needs_reauth("Salesforce refuses the session: " + words);
    }
    if (is_any(
            code,
            {"API_DISABLED_FOR_ORG",
             "API_CURRENTLY_DISABLED",
             "INVALID_FIELD",
             "INVALID_FIELD_FOR_INSERT_UPDATE",
             "INVALID_TYPE",
             "STORAGE_LIMIT_EXCEEDED",
             "LICENSE_LIMIT_EXCEEDED"}
        )) {
        return Outcome::misconfigured(words);
    }
    if (is_any(code, {"INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE", "INVALID_READ_ONLY_USER_DML"})) {
        auto later = Outcome::unavailable("Salesforce is being maintained: " + words);
        later.retry_after = kMaintenancePause;
        return later;
    }
    if (is_any(code, {"DUPLICATES_DETECTED", "DUPLICATE_VALUE", "DUPLICATE_EXTERNAL_ID"})) {
        return Outcome::conflict(words);
    }
    if (is_any(
            code,
            {"UNABLE_TO_LOCK_ROW",
             "ALL_OR_NONE_OPERATION_ROLLED_BACK",
             "PROCESSING_HALTED",
             "SERVER_UNAVAILABLE",
             "UNKNOWN_EXCEPTION",
             "REQUEST_RUNNING_TOO_LONG",
             "QUERY_TIMEOUT",
             "TOO_MANY_APEX_REQUESTS",
             // The customer's own automation failed, often for a lock; attempts are counted.
             "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
             "CANNOT_EXECUTE_FLOW_TRIGGER",
             "APEX_ERROR"}
        )) {
        return Outcome::retry(words);
    }
    return Outcome::rejected(words, field_at_fault(error));
}

Outcome failure_of(const sdk::HttpResponse& response, bool has_effect) {
    const auto parsed = sdk::read_json(response.body);
    const auto* const error = parsed ? first_error(*parsed) : nullptr;
    const auto code = error == nullptr ? std::string() : code_of(*error);
    auto words = error == nullptr ? std::string() : words_of(*error);
    if (words.empty()) {
        words = sdk::plain_text(response.body);
    }
    const auto answered = "Salesforce answered " + std::to_string(response.status) + ": " + words;
    switch (response.status) {
        case 401:
            return Outcome::needs_reauth(
                "Salesforce refuses the session, also a new one: the app or its user is blocked, or the "
                "grant was revoked (" +
                words + ")"
            );
        case 403:
            return code == "REQUEST_LIMIT_EXCEEDED"
                       ? over_limit(words)
                       : Outcome::misconfigured("Salesforce forbids this to navette's user: " + words);
        case 404:
            return code.empty()
                       ? Outcome::misconfigured(
                             "there is no Salesforce API at this address: check base_url (" + words + ")"
                         )
                       : Outcome::gone(words);
        case 410:
            return Outcome::misconfigured(
                "Salesforce no longer serves this api_version: raise it (" + words + ")"
            );
        case 420:
        case 429:
            return Outcome::throttled(answered, sdk::retry_after(response));
        default:
            break;
    }
    if (response.status >= 500) {
        return sdk::server_failure("Salesforce", response, words, has_effect);
    }
    if (response.status >= 300 && response.status < 400) {
        return Outcome::misconfigured("Salesforce's address is redirected: check base_url");
    }
    if (error != nullptr && !code.empty()) {
        auto outcome = outcome_of_error(*error);
        const bool is_open = outcome.kind == sdk::OutcomeKind::retry;
        return is_open ? sdk::left_open(std::move(outcome), has_effect) : std::move(outcome);
    }
    return Outcome::rejected(answered);
}

}  // namespace navette::salesforce
