#include "errors.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace navette::pipedrive {
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

TEST(PipedriveErrors, EachAnswerComesToItsOutcome) {
    const Case cases[] = {
        {"validation",
         response(
             400,
             R"({"success":false,"error":"value must be a number","error_info":"See developers.pipedrive.com"})"
         ),
         OutcomeKind::rejected,
         {},
         false,
         "value must be a number"},
        {"validation 422",
         response(422, R"({"success":false,"error":"no title"})"),
         OutcomeKind::rejected,
         {},
         false,
         "no title"},
        {"webhook's field",
         response(
             400,
             R"({"status":"error","success":false,"errors":{"subscription_url":["invalid or non-reachable URL"]}})"
         ),
         OutcomeKind::rejected,
         {},
         false,
         "subscription_url: invalid or non-reachable URL"},
        {"webhook's right",
         response(403, R"({"success":false,"message":"Forbidden"})"),
         OutcomeKind::rejected,
         {},
         false,
         ": Forbidden"},
        {"token",
         response(401, R"({"success":false,"error":"unauthorized access","errorCode":401})"),
         OutcomeKind::needs_reauth,
         {},
         false,
         "unauthorized access"},
        {"unpaid", response(402, R"({"error":"payment"})"), OutcomeKind::misconfigured, {}, false, "unpaid"},
        {"right",
         response(403, R"({"success":false,"error":"not allowed"})"),
         OutcomeKind::rejected,
         {},
         false,
         "not allowed"},
        {"scope",
         response(
             403,
             R"({"success":false,"error":"Scope and URL mismatch","error_info":"needs scope deals:full"})"
         ),
         OutcomeKind::misconfigured,
         {},
         false,
         "deals:full"},
        {"scope without its name",
         response(403, R"({"success":false,"error":"Scope and URL mismatch"})"),
         OutcomeKind::misconfigured,
         {},
         false,
         "lacks a scope"},
        {"plan",
         response(403, R"({"success":false,"error":"limit","code":"feature_capping_deals_limit"})"),
         OutcomeKind::misconfigured,
         {},
         false,
         "feature_capping_deals_limit"},
        {"blocked",
         response(403, "<html>Cloudflare</html>"),
         OutcomeKind::throttled,
         milliseconds(600'000),
         false,
         "Cloudflare"},
        {"missing",
         response(404, R"({"success":false,"error":"Person not found"})"),
         OutcomeKind::gone,
         {},
         false,
         "Person not found"},
        {"no API there", response(404, "<html></html>"), OutcomeKind::misconfigured, {}, false, "base_url"},
        {"deleted", response(410, R"({"error":"gone"})"), OutcomeKind::gone, {}, false, "gone"},
        {"burst",
         response(429, R"({"error":"slow"})"),
         OutcomeKind::throttled,
         milliseconds(2'000),
         false,
         "slow"},
        {"told",
         response(429, "", {{"Retry-After", "5"}}),
         OutcomeKind::throttled,
         milliseconds(5'000),
         false,
         "429"},
        {"day",
         response(429, "{}", {{"x-daily-ratelimit-token-remaining", "0"}, {"Retry-After", "1"}}),
         OutcomeKind::throttled,
         milliseconds(900'000),
         false,
         "daily"},
        {"broken", response(500, R"({"error":"oops"})"), OutcomeKind::retry, {}, true, "oops"},
        {"down", response(503, "<h1>down</h1>"), OutcomeKind::unavailable, {}, true, "down"},
        {"elsewhere",
         response(301, "", {{"Location", "https://b.pipedrive.com"}}),
         OutcomeKind::misconfigured,
         {},
         false,
         "https://b.pipedrive.com"},
        {"other", response(415, ""), OutcomeKind::rejected, {}, false, "415"},
    };
    for (const auto& one : cases) {
        const auto outcome = failure_of(one.response, true);
        EXPECT_EQ(sdk::to_string(outcome.kind), sdk::to_string(one.kind)) << one.what;
        EXPECT_EQ(outcome.retry_after, one.after) << one.what;
        EXPECT_EQ(outcome.maybe_applied, one.maybe_applied) << one.what;
        EXPECT_NE(outcome.message.find(one.words), std::string::npos) << one.what << ": " << outcome.message;
        EXPECT_EQ(outcome.message.find("developers.pipedrive"), std::string::npos) << one.what;
    }
}

}  // namespace
}  // namespace navette::pipedrive
