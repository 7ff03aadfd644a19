// The three layers of failure, the cost of a call, and reading.
#include "graphql.hpp"

#include "fixture.hpp"

#include <navette/sdk/timestamp.hpp>

namespace navette::shopify::test {
namespace {

class Answers : public ShopifyTest {
  protected:
    sdk::Outcome of_mutation(int status, std::string body, std::string type = "application/json") {
        expect(documents::kSetCustomer).answer(status, std::move(body), std::move(type));
        return push(operation("customer", R"({"email":"a@x"})", "gid://shopify/Customer/5"));
    }
    static std::string top(const std::string& code) {
        return R"({"errors":[{"message":"words of Shopify","extensions":{"code":")" + code + R"("}}]})";
    }
};

TEST_F(Answers, HttpStatusesHaveTheirOutcome) {
    const std::vector<std::pair<int, OutcomeKind>> kinds{
        {401, OutcomeKind::needs_reauth},
        {402, OutcomeKind::misconfigured},
        {403, OutcomeKind::misconfigured},
        {404, OutcomeKind::misconfigured},
        {423, OutcomeKind::misconfigured},
        {429, OutcomeKind::throttled},
        {430, OutcomeKind::retry},
        {500, OutcomeKind::retry},
        {502, OutcomeKind::unavailable},
        {503, OutcomeKind::unavailable},
        {400, OutcomeKind::rejected},
        {301, OutcomeKind::misconfigured},
    };
    for (const auto& [status, kind] : kinds) {
        const auto outcome = of_mutation(status, R"({"errors":"words of Shopify"})");
        EXPECT_EQ(outcome.kind, kind) << status;
        EXPECT_NE(outcome.message.find("words of Shopify"), std::string::npos) << outcome.message;
        EXPECT_EQ(outcome.maybe_applied, status >= 500) << status;
    }
}

TEST_F(Answers, ATokenThatMustExpireIsToldFromAMissingScope) {
    EXPECT_EQ(
        of_mutation(
            403, R"({"errors":"[API] Non-expiring access tokens are no longer accepted for the Admin API."})"
        )
            .kind,
        OutcomeKind::needs_reauth
    );
    const auto scope =
        of_mutation(403, R"({"errors":"This action requires merchant approval for write_customers scope."})");
    EXPECT_EQ(scope.kind, OutcomeKind::misconfigured);
    EXPECT_NE(scope.message.find("write_customers"), std::string::npos);
}

TEST_F(Answers, TopLevelErrorsHaveTheirOutcome) {
    const std::vector<std::pair<std::string, OutcomeKind>> kinds{
        {"THROTTLED", OutcomeKind::throttled},
        {"ACCESS_DENIED", OutcomeKind::misconfigured},
        {"SHOP_INACTIVE", OutcomeKind::misconfigured},
        {"INTERNAL_SERVER_ERROR", OutcomeKind::retry},
        {"MAX_COST_EXCEEDED", OutcomeKind::rejected},
        {"undefinedField", OutcomeKind::rejected},
    };
    for (const auto& [code, kind] : kinds) {
        EXPECT_EQ(of_mutation(200, top(code)).kind, kind) << code;
    }
}

TEST_F(Answers, AThrottledCallWaitsUntilTheBucketHoldsItsCost) {
    const auto outcome = of_mutation(
        200,
        R"({"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}],"extensions":{"cost":{"requestedQueryCost":110,
        "actualQueryCost":null,"throttleStatus":{"maximumAvailable":2000.0,"currentlyAvailable":10,"restoreRate":50.0}}}})"
    );
    EXPECT_EQ(outcome.kind, OutcomeKind::throttled);
    EXPECT_EQ(outcome.retry_after, std::chrono::seconds(2));
}

TEST_F(Answers, WhatIsNoAnswerLeavesAMutationOpen) {
    for (const auto* body :
         {"",
          "<html>",
          "{",
          "[]",
          "{}",
          R"({"data":null})",
          R"({"data":{}})",
          R"({"data":{"customerSet":null}})",
          R"({"data":{"customerSet":{"userErrors":[]}}})",
          R"({"data":{"customerSet":{"customer":{"id":""},"userErrors":[]}}})"}) {
        const auto outcome = of_mutation(200, body);
        EXPECT_EQ(outcome.kind, OutcomeKind::retry) << body;
        EXPECT_TRUE(outcome.maybe_applied) << body;
    }
}

TEST_F(Answers, AReadLeavesNothingOpen) {
    expect(documents::kFindCustomer).fail(Transport::cut_off);
    const auto outcome = push(operation("customer", R"({"email":"a@x"})"));
    EXPECT_EQ(outcome.kind, OutcomeKind::unavailable);
    EXPECT_FALSE(outcome.maybe_applied);
}

TEST_F(Answers, AnUnknownObjectIsRejected) {
    EXPECT_EQ(push(operation("ticket", "{}")).kind, OutcomeKind::rejected);
}

/// Hands on to a scripted session and keeps what was reported of limits.
class Metered final : public sdk::Session {
  public:
    explicit Metered(ScriptedSession& inner) : inner_(inner) {}
    sdk::Task<sdk::HttpResult> send(sdk::HttpRequest request) override {
        return inner_.send(std::move(request));
    }
    [[nodiscard]] const json::object& settings() const override { return inner_.settings(); }
    [[nodiscard]] sdk::Instant now() const override { return inner_.now(); }
    sdk::Task<void> wait(std::chrono::milliseconds time) override { return inner_.wait(time); }
    void remark(std::string text) override { inner_.remark(std::move(text)); }
    [[nodiscard]] json::value recall(std::string_view key) const override { return inner_.recall(key); }
    void remember(std::string_view key, json::value value) override {
        inner_.remember(key, std::move(value));
    }
    void report_limit(sdk::LimitReport report) override { reports.push_back(report); }

    std::vector<sdk::LimitReport> reports;

  private:
    ScriptedSession& inner_;
};

TEST_F(Answers, TheCostOfACallGoesToTheBudget) {
    Metered metered(session_);
    expect(documents::kFetchOrder)
        .answer(
            200,
            R"({"data":{"order":null},"extensions":{"cost":{"requestedQueryCost":12,"actualQueryCost":3,
            "throttleStatus":{"maximumAvailable":2000.0,"currentlyAvailable":1997,"restoreRate":100.0}}}})"
        );
    EXPECT_EQ(run(connector_->fetch(metered, "order", "gid://1")).error().kind, OutcomeKind::gone);
    ASSERT_EQ(metered.reports.size(), 1U);
    EXPECT_EQ(metered.reports[0].remaining, 1997);
    EXPECT_EQ(metered.reports[0].limit, 2000);
    EXPECT_EQ(metered.reports[0].cost, 3);
    EXPECT_GT(session_.sent().back().cost, 1);
}

class Reads : public ShopifyTest {
  protected:
    std::expected<sdk::PullPage, sdk::Outcome> pull(const std::string& object, json::value cursor = nullptr) {
        sdk::PullRequest request;
        request.object = object;
        request.cursor = std::move(cursor);
        return run(connector_->pull(session_, std::move(request)));
    }
};

TEST_F(Reads, ASweepGoesByShopifysCursorAndEndsWithAnOverlapOfFiveMinutes) {
    expect(documents::kPullOrders, R"({"first":50})")
        .answer(
            200,
            data(
                R"("orders":{"nodes":[{"id":"gid://1","updatedAt":"2026-05-01T10:00:00Z"}],"pageInfo":{"hasNextPage":true,"endCursor":"c1"}})"
            )
        );
    auto page = pull("order");
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more);
    EXPECT_EQ(page->records.at(0).remote_id, "gid://1");
    EXPECT_EQ(page->records.at(0).modified_at, sdk::from_iso_text("2026-05-01T10:00:00"));
    expect(documents::kPullOrders, R"({"first":50,"after":"c1"})")
        .answer(
            200,
            data(
                R"("orders":{"nodes":[{"id":"gid://2","updatedAt":"2026-05-01T11:00:00Z"}],"pageInfo":{"hasNextPage":false,"endCursor":"c2"}})"
            )
        );
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_FALSE(page->more);
    EXPECT_EQ(page->cursor, json::parse(R"({"since":"2026-05-01T10:55:00"})"));
    expect(documents::kPullOrders, R"({"query":"updated_at:>='2026-05-01T10:55:00Z'"})")
        .answer(200, data(R"("orders":{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}})"));
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->cursor, json::parse(R"({"since":"2026-05-01T10:55:00"})"));
}

TEST_F(Reads, CustomersAreAskedForByWholeDays) {
    expect(documents::kPullCustomers, R"({"query":"updated_at:>='2026-05-01'"})")
        .answer(200, data(R"("customers":{"nodes":[],"pageInfo":{"hasNextPage":false}})"));
    EXPECT_TRUE(pull("customer", json::parse(R"({"since":"2026-05-01T10:55:00"})")).has_value());
}

TEST_F(Reads, AFailureIsTold) {
    expect(documents::kPullProducts).answer(401, R"({"errors":"[API] Invalid API key or access token"})");
    EXPECT_EQ(pull("product").error().kind, OutcomeKind::needs_reauth);
    expect(documents::kPullProducts).answer(200, data(R"("products":null)"));
    EXPECT_EQ(pull("product").error().kind, OutcomeKind::retry);
    EXPECT_EQ(pull("ticket").error().kind, OutcomeKind::rejected);
}

TEST_F(Reads, OneRecordIsFetched) {
    expect(documents::kFetchCustomer, R"({"id":"gid://5"})")
        .answer(200, data(R"("customer":{"id":"gid://5","email":"a@x"})"));
    const auto record = run(connector_->fetch(session_, "customer", "gid://5"));
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->fields.at("email"), "a@x");
    EXPECT_EQ(run(connector_->fetch(session_, "customer", "")).error().kind, OutcomeKind::gone);
    EXPECT_EQ(run(connector_->fetch(session_, "ticket", "1")).error().kind, OutcomeKind::rejected);
}

class Connection : public ShopifyTest {
  protected:
    sdk::TestReport test(const std::string& currency, const std::string& scopes) {
        expect(documents::kTest)
            .answer(
                200,
                data(
                    R"("shop":{"name":"Tea House","currencyCode":")" + currency +
                    R"("},"currentAppInstallation":{"accessScopes":[)" + scopes + "]}"
                )
            );
        return run(connector_->test(session_));
    }
    const std::string all_ =
        R"({"handle":"write_customers"},{"handle":"write_products"},{"handle":"write_orders"})";
};

TEST_F(Connection, AShopThatFitsIsTold) {
    const auto report = test("EUR", all_);
    EXPECT_TRUE(report.ok) << report.sentence;
    EXPECT_NE(report.sentence.find("Tea House"), std::string::npos);
}

TEST_F(Connection, AMissingScopeIsNamed) {
    const auto report = test("EUR", R"({"handle":"write_customers"},{"handle":"read_orders"})");
    EXPECT_FALSE(report.ok);
    EXPECT_NE(report.sentence.find("write_products, write_orders"), std::string::npos) << report.sentence;
    EXPECT_EQ(report.sentence.find("write_customers"), std::string::npos) << report.sentence;
}

TEST_F(Connection, AnotherCurrencyIsTold) {
    const auto report = test("USD", all_);
    EXPECT_FALSE(report.ok);
    EXPECT_NE(report.sentence.find("USD"), std::string::npos);
}

TEST_F(Connection, ABadTokenIsTold) {
    expect(documents::kTest).answer(401, R"({"errors":"[API] Invalid API key or access token"})");
    const auto report = run(connector_->test(session_));
    EXPECT_FALSE(report.ok);
    EXPECT_NE(report.sentence.find("access token was revoked"), std::string::npos);
}

}  // namespace
}  // namespace navette::shopify::test
