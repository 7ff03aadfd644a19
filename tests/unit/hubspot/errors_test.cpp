#include "errors.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace navette::hubspot {
namespace {

using sdk::OutcomeKind;
using std::chrono::milliseconds;

sdk::HttpResponse response(int status, std::string body, std::vector<sdk::Header> headers = {}) {
    sdk::HttpResponse made;
    made.status = status;
    made.body = std::move(body);
    made.headers = std::move(headers);
    return made;
}

struct Case {
    std::string what;
    sdk::HttpResponse response;
    OutcomeKind kind;
    std::optional<milliseconds> after;
    bool maybe_applied = false;
    std::string words;
};

TEST(HubSpotErrors, EachAnswerComesToItsOutcome) {
    const Case cases[] = {
        {"validation",
         response(
             400,
             R"({"category":"VALIDATION_ERROR","message":"no","errors":[{"message":"bad int","code":"INVALID_INTEGER","context":{"propertyName":["age"]}}]})"
         ),
         OutcomeKind::rejected,
         {},
         false,
         "bad int"},
        {"token", response(401, R"({"message":"expired"})"), OutcomeKind::needs_reauth, {}, false, "expired"},
        {"scope",
         response(
             403,
             R"({"category":"MISSING_SCOPES","message":"This app hasn't been granted all required scopes","errors":[{"context":{"requiredGranularScopes":["crm.objects.deals.write"]}}]})"
         ),
         OutcomeKind::misconfigured,
         {},
         false,
         "crm.objects.deals.write"},
        {"not found",
         response(404, R"({"category":"OBJECT_NOT_FOUND","message":"no"})"),
         OutcomeKind::gone,
         {},
         false,
         "no"},
        {"no API there",
         response(404, "<html><h1>Not here</h1></html>"),
         OutcomeKind::misconfigured,
         {},
         false,
         "api_version"},
        {"duplicate",
         response(409, R"({"category":"CONFLICT","message":"Existing ID: 5"})"),
         OutcomeKind::conflict,
         {},
         false,
         "Existing"},
        {"locked",
         response(423, R"({"message":"locked"})"),
         OutcomeKind::retry,
         milliseconds(2000),
         false,
         "locked"},
        {"ten seconds",
         response(429, R"({"errorType":"RATE_LIMIT","policyName":"TEN_SECONDLY_ROLLING","message":"x"})"),
         OutcomeKind::throttled,
         milliseconds(10'000),
         false,
         "x"},
        {"search",
         response(429, R"({"message":"You have reached your secondly limit."})"),
         OutcomeKind::throttled,
         milliseconds(1000),
         false,
         "secondly"},
        {"day",
         response(429, R"({"policyName":"DAILY","message":"x"})"),
         OutcomeKind::throttled,
         milliseconds(900'000),
         false,
         "x"},
        {"told",
         response(429, "{}", {{"Retry-After", "7"}}),
         OutcomeKind::throttled,
         milliseconds(7000),
         false,
         "429"},
        {"moving",
         response(477, "{}", {{"Retry-After", "3600"}}),
         OutcomeKind::throttled,
         milliseconds(3'600'000),
         false,
         "data centre"},
        {"broken", response(500, R"({"message":"oops"})"), OutcomeKind::retry, {}, true, "oops"},
        {"down", response(503, "<html>down</html>"), OutcomeKind::unavailable, {}, true, "down"},
        {"edge", response(521, ""), OutcomeKind::unavailable, {}, true, "521"},
        {"redirect", response(301, ""), OutcomeKind::misconfigured, {}, false, "base_url"},
        {"other", response(418, ""), OutcomeKind::rejected, {}, false, "418"},
    };
    for (const auto& one : cases) {
        const auto outcome = failure_of(one.response, true);
        EXPECT_EQ(sdk::to_string(outcome.kind), sdk::to_string(one.kind)) << one.what;
        EXPECT_EQ(outcome.retry_after, one.after) << one.what;
        EXPECT_EQ(outcome.maybe_applied, one.maybe_applied) << one.what;
        EXPECT_NE(outcome.message.find(one.words), std::string::npos) << one.what << ": " << outcome.message;
        EXPECT_FALSE(failure_of(one.response, false).maybe_applied) << one.what;
    }
    EXPECT_EQ(failure_of(cases[0].response, true).field, "age");
}

TEST(HubSpotErrors, TheExistingIdIsReadFromTheWords) {
    EXPECT_EQ(existing_id("Contact already exists. Existing ID: 123"), "123");
    EXPECT_EQ(existing_id("Existing ID:45, and more"), "45");
    EXPECT_EQ(existing_id("Existing ID: none"), "");
    EXPECT_EQ(existing_id("no such thing"), "");
}

}  // namespace
}  // namespace navette::hubspot
