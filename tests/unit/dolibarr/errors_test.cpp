#include "errors.hpp"

#include "fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace navette::dolibarr {
namespace {

using sdk::OutcomeKind;
using test::error_body;

constexpr auto kJson = "application/json; charset=utf-8";
constexpr auto kHtml = "text/html; charset=UTF-8";

sdk::HttpResponse response(int status, std::string body, std::string type = kJson) {
    sdk::HttpResponse made;
    made.status = status;
    made.headers.push_back({"Content-Type", std::move(type)});
    made.body = std::move(body);
    return made;
}

struct Case {
    std::string what;
    sdk::HttpResponse response;
    Kind kind;
    OutcomeKind outcome;
    bool maybe_applied = false;
};

class Classify : public ::testing::TestWithParam<Case> {};

TEST_P(Classify, TellsWhatTheAnswerMeans) {
    const auto& expected = GetParam();
    const auto reply = classify(expected.response, Effect::possible);
    EXPECT_EQ(static_cast<int>(reply.kind), static_cast<int>(expected.kind)) << expected.what;
    EXPECT_EQ(sdk::to_string(reply.outcome.kind), sdk::to_string(expected.outcome)) << expected.what;
    EXPECT_EQ(reply.outcome.maybe_applied, expected.maybe_applied) << expected.what;
    if (!reply.outcome.is_success()) {
        EXPECT_FALSE(reply.outcome.message.empty()) << expected.what;
    }
    const auto as_read = classify(expected.response, Effect::none);
    EXPECT_FALSE(as_read.outcome.maybe_applied)
        << expected.what << ": a read has no effect that could be unknown";
}

std::string creating(const std::vector<std::string>& details) {
    return error_body(500, "Internal Server Error: Error creating order", details);
}

std::vector<Case> cases() {
    constexpr auto failed = Kind::failed;
    constexpr auto contended = Kind::contended;
    return {
        {"a create", response(200, "42"), Kind::ok, OutcomeKind::done},
        {"already in that state", response(304, "", ""), Kind::unchanged, OutcomeKind::skipped},
        {"database down",
         response(202, "This website or feature is currently temporarily not available", kHtml),
         failed,
         OutcomeKind::unavailable,
         true},
        {"API module off",
         response(200, "Module <b>Api</b> must be enabled.", kHtml),
         failed,
         OutcomeKind::misconfigured},
        {"a page of HTML",
         response(200, "<html>maintenance</html>", kHtml),
         failed,
         OutcomeKind::unavailable,
         true},
        {"HTML called JSON", response(200, "<br>Warning: x", kJson), failed, OutcomeKind::retry, true},
        {"wrong key",
         response(401, error_body(401, "Unauthorized: Error user not valid")),
         failed,
         OutcomeKind::needs_reauth},
        {"right missing",
         response(403, error_body(403, "Forbidden: Insuffisant rights")),
         failed,
         OutcomeKind::misconfigured},
        {"firewall",
         response(
             403, "Access refused to 127.0.0.1 by SQL or Script injection protection in main.inc.php", kHtml
         ),
         failed,
         OutcomeKind::rejected},
        {"a proxy's 403", response(403, "<h1>403 Forbidden</h1>", kHtml), failed, OutcomeKind::misconfigured},
        {"record missing",
         response(404, error_body(404, "Not Found: Order not found")),
         Kind::missing,
         OutcomeKind::gone},
        {"route unknown", response(404, error_body(404, "Not Found")), failed, OutcomeKind::misconfigured},
        {"wrong address", response(404, "<h1>Not Found</h1>", kHtml), failed, OutcomeKind::misconfigured},
        {"field missing",
         response(400, error_body(400, "Bad Request: socid field missing")),
         failed,
         OutcomeKind::rejected},
        {"wrong verb", response(405, error_body(405, "Method Not Allowed")), failed, OutcomeKind::rejected},
        {"delete of a customer with orders",
         response(409, error_body(409, "Conflict: Can't delete, that product is probably used")),
         failed,
         OutcomeKind::rejected},
        {"a proxy's limit", response(429, ""), failed, OutcomeKind::throttled},
        {"module off",
         response(501, "API not found (failed to include API file)", kHtml),
         failed,
         OutcomeKind::misconfigured},
        {"address not allowed",
         response(503, "APIs are not allowed from the IP 1.2.3.4", kHtml),
         failed,
         OutcomeKind::misconfigured},
        {"bad filter",
         response(
             503, error_body(503, "Service Unavailable: Error when retrieve thirdparties : Unknown column")
         ),
         failed,
         OutcomeKind::rejected},
        {"overload", response(503, "<h1>503</h1>", kHtml), failed, OutcomeKind::unavailable, true},
        {"gateway", response(502, "<h1>Bad Gateway</h1>", kHtml), failed, OutcomeKind::unavailable, true},
        {"gateway time-out", response(504, ""), failed, OutcomeKind::unavailable, true},
        {"redirect", response(301, "", kHtml), failed, OutcomeKind::misconfigured},
        {"a crash of PHP", response(500, ""), failed, OutcomeKind::retry, true},
        {"deadlock",
         response(500, creating({"Deadlock found when trying to get lock; try restarting transaction"})),
         failed,
         OutcomeKind::retry},
        {"lock wait", response(500, creating({"Lock wait timeout exceeded"})), failed, OutcomeKind::retry},
        {"code race",
         response(500, creating({"Duplicate value in a unique field"})),
         contended,
         OutcomeKind::retry},
        {"validation race",
         response(500, error_body(500, "Internal Server Error: Error when validating Order")),
         failed,
         OutcomeKind::retry},
        {"ref taken",
         response(500, creating({"ErrorRefAlreadyExists"})),
         Kind::duplicate,
         OutcomeKind::conflict},
        {"ref taken, lost race",
         response(500, creating({"Duplicate entry 'X-1' for key 'uk_commande_ref'"})),
         Kind::duplicate,
         OutcomeKind::conflict},
        {"automatic number taken",
         response(500, creating({"Duplicate entry 'CO2405-0001-1' for key 'uk_commande_ref'"})),
         Kind::duplicate,
         OutcomeKind::retry},
        {"product taken",
         response(500, error_body(500, "Error creating product", {"ErrorProductAlreadyExists"})),
         Kind::duplicate,
         OutcomeKind::conflict},
        {"code taken",
         response(500, creating({"", "ErrorCustomerCodeAlreadyUsed"})),
         Kind::duplicate,
         OutcomeKind::conflict},
        {"taken, on PostgreSQL",
         response(500, creating({"duplicate key value violates unique constraint"})),
         Kind::duplicate,
         OutcomeKind::conflict},
        {"too long",
         response(500, creating({"Data too long for column 'ref' at row 1"})),
         failed,
         OutcomeKind::rejected},
        {"bad date",
         response(500, creating({"Incorrect date value: 'garbage'"})),
         failed,
         OutcomeKind::rejected},
        {"customer unknown",
         response(500, creating({"Cannot add or update a child row: a foreign key constraint fails (`x`)"})),
         failed,
         OutcomeKind::rejected},
        {"bad name", response(500, creating({"ErrorBadThirdPartyName"})), failed, OutcomeKind::rejected},
        {"bad type", response(500, creating({"ErrorActionCommBadType"})), failed, OutcomeKind::rejected},
        {"the site's own webhook",
         response(
             500, creating({"The WebHook for ORDER_CREATE failed to get URL http://x with httpcode=500"})
         ),
         failed,
         OutcomeKind::retry},
        {"anything else", response(500, creating({"Something new"})), failed, OutcomeKind::retry},
        {"an error called a success", response(200, error_body(500, "odd")), failed, OutcomeKind::retry, true
        },
        {"HTML before the JSON",
         response(
             500,
             "Dolibarr has detected a technical error.<br>\n{ \"x\" } " +
                 creating({"Incorrect string value: '\\xF0'"})
         ),
         failed,
         OutcomeKind::rejected},
    };
}

INSTANTIATE_TEST_SUITE_P(
    Answers,
    Classify,
    ::testing::ValuesIn(cases()),
    [](const ::testing::TestParamInfo<Case>& info) {
        std::string name;
        for (const char c : info.param.what) {
            name += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ? c : '_';
        }
        return name;
    }
);

TEST(ErrorText, JoinsMessageAndDetailsOnce) {
    EXPECT_EQ(error_text(error_body(500, "Error", {"", "one", "one", "two"})), "Error; one; two");
}

TEST(ErrorText, FindsTheErrorBehindAPageOfHtml) {
    EXPECT_EQ(error_text("<b>oops</b> {not json} \n {\n \"error\" : {\"message\":\"found\"}}"), "found");
}

TEST(ErrorText, TurnsHtmlIntoOneReadableLine) {
    EXPECT_EQ(error_text("Module <b>Api</b>\n must   be enabled."), "Module Api must be enabled.");
    EXPECT_LE(error_text(std::string(5000, 'x')).size(), 300U);
}

TEST(ErrorText, NamesTheFieldAtFault) {
    const auto body = creating({"Data too long for column 'ref_client' at row 1"});
    EXPECT_EQ(classify(response(500, body), Effect::possible).outcome.field, "ref_client");
    const auto missing = error_body(400, "Bad Request: socid field missing");
    EXPECT_EQ(classify(response(400, missing), Effect::possible).outcome.field, "socid");
}

TEST(Classify, HonoursRetryAfter) {
    auto limited = response(429, "slow down", kHtml);
    limited.headers.push_back({"Retry-After", "7"});
    EXPECT_EQ(classify(limited, Effect::none).outcome.retry_after, std::chrono::seconds(7));
}

TEST(Classify, TellsLostAnswersOfWritesFromThoseOfReads) {
    using Failure = sdk::TransportFailure;
    const auto write = classify(Failure(Failure::Kind::cut_off, "timeout"), Effect::possible);
    EXPECT_EQ(write.kind, OutcomeKind::retry);
    EXPECT_TRUE(write.maybe_applied);
    const auto read = classify(Failure(Failure::Kind::cut_off, "timeout"), Effect::none);
    EXPECT_EQ(read.kind, OutcomeKind::unavailable);
    EXPECT_FALSE(read.maybe_applied);
    const auto unsent = classify(Failure(Failure::Kind::not_sent, "refused"), Effect::possible);
    EXPECT_EQ(unsent.kind, OutcomeKind::unavailable);
    EXPECT_FALSE(unsent.maybe_applied);
    EXPECT_EQ(
        classify(Failure(Failure::Kind::refused, "private"), Effect::none).kind, OutcomeKind::misconfigured
    );
}

}  // namespace
}  // namespace navette::dolibarr
