#include "errors.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>

namespace navette::zendesk {
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
    bool maybe_applied = false;
    std::string words;
    std::string field;
};

TEST(ZendeskErrors, EachAnswerComesToItsOutcome) {
    const Case cases[] = {
        {"credentials",
         response(401, R"({"error":"Couldn't authenticate you"})"),
         OutcomeKind::needs_reauth,
         false,
         "Couldn't authenticate you",
         ""},
        {"scope",
         response(403, R"({"error":{"title":"Forbidden","message":"You do not have access"}})"),
         OutcomeKind::misconfigured,
         false,
         "Forbidden; You do not have access",
         ""},
        {"suspended", response(403, "<html>Oops</html>"), OutcomeKind::misconfigured, false, "suspended", ""},
        {"record",
         response(404, R"({"error":"RecordNotFound","description":"Not found"})"),
         OutcomeKind::gone,
         false,
         "Not found",
         ""},
        {"plan",
         response(404, R"({"error":"InvalidEndpoint","description":"Not found"})"),
         OutcomeKind::misconfigured,
         false,
         "plan",
         ""},
        {"no API there", response(404, "<html></html>"), OutcomeKind::misconfigured, false, "base_url", ""},
        {"idempotency",
         response(
             400, R"({"error":"IdempotentRequestError","description":"Request parameters don't match"})"
         ),
         OutcomeKind::rejected,
         false,
         "don't match",
         ""},
        {"race", response(409, R"({"error":"Conflict"})"), OutcomeKind::retry, false, "Conflict", ""},
        {"invalid",
         response(
             422,
             R"({"error":"RecordInvalid","description":"Record validation errors","details":{"base":[{"description":"Base is bad"}],"email":[{"description":"Email: x is not properly formatted","error":"InvalidFormat"}]}})"
         ),
         OutcomeKind::rejected,
         false,
         "not properly formatted",
         "email"},
        {"taken",
         response(
             422,
             R"({"error":"RecordInvalid","details":{"name":[{"description":"taken","error":"DuplicateValue"}]}})"
         ),
         OutcomeKind::conflict,
         false,
         "taken",
         "name"},
        {"many",
         response(429, "Number of allowed API requests per minute exceeded", {{"Retry-After", "42"}}),
         OutcomeKind::throttled,
         false,
         "per minute",
         ""},
        {"list of errors",
         response(400, R"({"errors":[{"code":"x","title":"Bad cursor","detail":"why"}]})"),
         OutcomeKind::rejected,
         false,
         "Bad cursor; why",
         ""},
        {"broken", response(500, "{}"), OutcomeKind::retry, true, "500", ""},
        {"down", response(503, "<html>maintenance</html>"), OutcomeKind::unavailable, true, "maintenance", ""
        },
        {"elsewhere",
         response(302, "", {{"Location", "https://b.zendesk.com"}}),
         OutcomeKind::misconfigured,
         false,
         "https://b.zendesk.com",
         ""},
        {"too big", response(413, "{}"), OutcomeKind::rejected, false, "413", ""},
    };
    for (const auto& one : cases) {
        const auto outcome = failure_of(one.response, true);
        EXPECT_EQ(sdk::to_string(outcome.kind), sdk::to_string(one.kind)) << one.what;
        EXPECT_EQ(outcome.maybe_applied, one.maybe_applied) << one.what;
        EXPECT_EQ(outcome.field, one.field) << one.what;
        EXPECT_NE(outcome.message.find(one.words), std::string::npos) << one.what << ": " << outcome.message;
    }
    EXPECT_EQ(failure_of(cases[10].response, true).retry_after, milliseconds(42'000));
    EXPECT_EQ(failure_of(response(429, R"({"error":"TooManyJobs"})"), true).retry_after, milliseconds(10'000))
        << "Zendesk does not say when some of the jobs will have ended";
}

}  // namespace
}  // namespace navette::zendesk
