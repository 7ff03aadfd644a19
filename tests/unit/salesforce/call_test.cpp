#include "call.hpp"

#include "tests/support/connector_test.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace navette::salesforce {
namespace {

using namespace std::chrono_literals;
namespace json = sdk::json;

TEST(SalesforceUsage, TheDaysCountIsReadFromTheHeader) {
    const auto usage = usage_of("api-usage=18/5000; api-bursts=1/750");
    ASSERT_TRUE(usage.has_value());
    EXPECT_EQ(usage->limit, 5000);
    EXPECT_EQ(usage->remaining, 4982);
    EXPECT_EQ(usage->per, 24h);
    EXPECT_EQ(usage_of("api-usage=5001/5000")->remaining, 0);
}

TEST(SalesforceUsage, TheCountOfOneAppIsNotTheOrganisations) {
    EXPECT_FALSE(usage_of("per-app-api-usage=17/250(appName=x)").has_value());
    EXPECT_EQ(usage_of("per-app-api-usage=17/250(appName=x), api-usage=20/5000")->remaining, 4980);
    for (const auto* text :
         {"", "api-usage=", "api-usage=x/5", "api-usage=5", "api-usage=5/", "api-usage=-/-"}) {
        EXPECT_FALSE(usage_of(text).has_value()) << text;
    }
}

/// Answers every request alike, and keeps what is reported of limits.
class CountedSession final : public sdk::Session {
  public:
    sdk::Task<sdk::HttpResult> send(sdk::HttpRequest) override {
        sdk::HttpResponse response;
        response.status = status;
        response.headers = {{"Content-Type", "application/json"}, {"sforce-limit-info", "api-usage=20/5000"}};
        response.body = R"({"Id":"003A"})";
        co_return response;
    }
    [[nodiscard]] const json::object& settings() const override { return settings_; }
    [[nodiscard]] sdk::Instant now() const override { return {}; }
    sdk::Task<void> wait(std::chrono::milliseconds) override { co_return; }
    void remark(std::string) override {}
    [[nodiscard]] json::value recall(std::string_view) const override { return nullptr; }
    void remember(std::string_view, json::value) override {}
    void report_limit(sdk::LimitReport report) override { reports.push_back(report); }

    int status = 200;
    std::vector<sdk::LimitReport> reports;

  private:
    json::object settings_;
};

TEST(SalesforceUsage, EveryAnswerTellsItOnAlsoOneThatRefuses) {
    const std::unique_ptr<sdk::Connector> connector(navette_connector_create());
    CountedSession session;
    EXPECT_TRUE(support::run(connector->fetch(session, "contact", "003A")).has_value());
    session.status = 403;
    EXPECT_FALSE(support::run(connector->fetch(session, "contact", "003A")).has_value());
    ASSERT_EQ(session.reports.size(), 2U);
    EXPECT_EQ(session.reports.back().remaining, 4980);
    EXPECT_EQ(session.reports.back().per, 24h);
}

}  // namespace
}  // namespace navette::salesforce
