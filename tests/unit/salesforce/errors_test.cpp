#include "errors.hpp"

#include <gtest/gtest.h>

namespace navette::salesforce {
namespace {

using sdk::OutcomeKind;
using namespace std::chrono_literals;

sdk::Outcome outcome(int status, const std::string& body, bool has_effect = true) {
    return failure_of({status, {{"Content-Type", "application/json"}}, body}, has_effect);
}

std::string error(const std::string& code, const std::string& message = "words") {
    return R"([{"message":")" + message + R"(","errorCode":")" + code + R"("}])";
}

TEST(SalesforceErrors, StatusAndCodeSayWhatToDo) {
    EXPECT_EQ(outcome(401, error("INVALID_SESSION_ID")).kind, OutcomeKind::needs_reauth);
    EXPECT_EQ(outcome(403, error("API_DISABLED_FOR_ORG")).kind, OutcomeKind::misconfigured);
    EXPECT_EQ(outcome(403, error("INSUFFICIENT_ACCESS")).kind, OutcomeKind::misconfigured);
    EXPECT_EQ(outcome(404, error("NOT_FOUND")).kind, OutcomeKind::gone);
    EXPECT_EQ(outcome(404, "<html>nothing here</html>").kind, OutcomeKind::misconfigured);
    EXPECT_EQ(outcome(410, error("GONE")).kind, OutcomeKind::misconfigured);
    EXPECT_EQ(outcome(429, "[]").kind, OutcomeKind::throttled);
    EXPECT_EQ(outcome(302, "").kind, OutcomeKind::misconfigured);
    EXPECT_EQ(outcome(400, error("MALFORMED_QUERY")).kind, OutcomeKind::rejected);
    EXPECT_EQ(outcome(400, "?").kind, OutcomeKind::rejected);
}

TEST(SalesforceErrors, TheDaysRequestsAreWaitedForLongerThanConcurrentOnes) {
    const auto day = outcome(403, error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."));
    EXPECT_EQ(day.kind, OutcomeKind::throttled);
    EXPECT_EQ(day.retry_after, 15min);
    const auto concurrent =
        outcome(403, error("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded."));
    EXPECT_EQ(concurrent.kind, OutcomeKind::throttled);
    EXPECT_EQ(concurrent.retry_after, 10s);
}

TEST(SalesforceErrors, AServerThatFailsMayHaveDoneTheWork) {
    EXPECT_EQ(outcome(503, "<html>maintenance</html>").kind, OutcomeKind::unavailable);
    EXPECT_TRUE(outcome(503, "").maybe_applied);
    EXPECT_FALSE(outcome(503, "", false).maybe_applied);
    EXPECT_EQ(outcome(500, error("UNKNOWN_EXCEPTION")).kind, OutcomeKind::retry);
    EXPECT_TRUE(outcome(400, error("REQUEST_RUNNING_TOO_LONG")).maybe_applied);
}

TEST(SalesforceErrors, ARecordsCodeSaysWhatBecomesOfIt) {
    const auto kind = [](const std::string& code) {
        return outcome_of_error(json::object{{"statusCode", code}, {"message", "words"}}).kind;
    };
    for (const auto* code : {"UNABLE_TO_LOCK_ROW", "ALL_OR_NONE_OPERATION_ROLLED_BACK", "APEX_ERROR"}) {
        EXPECT_EQ(kind(code), OutcomeKind::retry) << code;
    }
    for (const auto* code :
         {"REQUIRED_FIELD_MISSING",
          "FIELD_CUSTOM_VALIDATION_EXCEPTION",
          "STRING_TOO_LONG",
          "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
          "CANNOT_UPDATE_CONVERTED_LEAD",
          "SOMETHING_NEW"}) {
        EXPECT_EQ(kind(code), OutcomeKind::rejected) << code;
    }
    for (const auto* code : {"INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE", "STORAGE_LIMIT_EXCEEDED"}) {
        EXPECT_EQ(kind(code), OutcomeKind::misconfigured) << code;
    }
    EXPECT_EQ(kind("INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"), OutcomeKind::unavailable);
    EXPECT_EQ(kind("DUPLICATE_VALUE"), OutcomeKind::conflict);
    EXPECT_EQ(kind("ENTITY_IS_DELETED"), OutcomeKind::gone);
}

TEST(SalesforceErrors, ItsWordsCodeAndFieldReachThePerson) {
    const auto made = outcome_of_error(json::object{
        {"statusCode", "STRING_TOO_LONG"},
        {"message", "Phone: data value too large"},
        {"fields", json::array{"Phone"}}
    });
    EXPECT_EQ(made.message, "Phone: data value too large (STRING_TOO_LONG)");
    EXPECT_EQ(made.field, "Phone");
    EXPECT_FALSE(outcome_of_error(nullptr).message.empty());
}

}  // namespace
}  // namespace navette::salesforce
