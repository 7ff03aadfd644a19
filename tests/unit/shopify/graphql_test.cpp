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

TEST_F(Answers, ADefinitionThatWasRemovedIsMadeAnewAndCostsNoRecord) {
    for (int attempt = 0; attempt < 2; ++attempt) {
        expect_definition("PRODUCT");
        expect(documents::kFindProduct).answer(200, top("NOT_FOUND"));
        EXPECT_EQ(push(operation("product", R"({"sku":"T","title":"n"})")).kind, OutcomeKind::retry);
    }
}

/// Hands on to a scripted session, keeps what was reported of limits, and answers as that version.
class Metered final : public sdk::Session {
  public:
    explicit Metered(ScriptedSession& inner) : inner_(inner) {}
    sdk::Task<sdk::HttpResult> send(sdk::HttpRequest request) override {
        auto answer = co_await inner_.send(std::move(request));
        if (answer && !version.empty()) {
            answer->headers.push_back({"X-Shopify-API-Version", version});
        }
        co_return answer;
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
    std::string version;

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

TEST_F(Answers, AnotherVersionThanAskedForIsRemarkedOnce) {
    Metered metered(session_);
    metered.version = "2026-10";
    for (int call = 0; call < 4; ++call) {
        expect(documents::kFetchCustomer).answer(200, data(R"("customer":null)"));
        EXPECT_EQ(run(connector_->fetch(metered, "customer", "gid://5")).error().kind, OutcomeKind::gone);
        EXPECT_EQ(session_.remarks().size(), call < 2 ? 0U : 1U) << call;
        metered.version = call == 0 ? "2026-10" : "2027-01";
    }
    EXPECT_NE(session_.remarks().at(0).find("2027-01"), std::string::npos);
}

class Reads : public ShopifyTest {
  protected:
    Reads() { session_.set_now(*sdk::from_iso_text("2026-05-01T12:00:00")); }

    void expect_deletions(const std::string& since, const std::string& nodes, const std::string& info) {
        expect(
            documents::kDeletions,
            R"({"query":"action:destroy AND subject_type:ORDER AND created_at:>=')" + since + "Z'\"}"
        )
            .answer(200, data(R"("events":{"nodes":[)" + nodes + R"(],"pageInfo":{)" + info + "}}"));
    }
    std::expected<sdk::PullPage, sdk::Outcome> pull(const std::string& object, json::value cursor = nullptr) {
        sdk::PullRequest request;
        request.object = object;
        request.cursor = std::move(cursor);
        return run(connector_->pull(session_, std::move(request)));
    }
};

TEST_F(Reads, ASweepGoesByShopifysCursorAndEndsWithAnOverlapOfFiveMinutes) {
    expect(documents::kPullOrders, R"({"first":20})")
        .answer(
            200,
            data(
                R"("orders":{"nodes":[{"id":"gid://1","updatedAt":"2026-05-01T10:00:00Z"}],"pageInfo":{"hasNextPage":true,"endCursor":"c1"}})"
            )
        );
    expect(documents::kCountOrders, R"({"limit":200})").answer(200, data(R"("total":{"count":21})"));
    auto page = pull("order");
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more);
    EXPECT_EQ(page->records.at(0).remote_id, "gid://1");
    EXPECT_EQ(page->records.at(0).modified_at, sdk::from_iso_text("2026-05-01T10:00:00"));
    expect(documents::kPullOrders, R"({"first":20,"after":"c1"})")
        .answer(
            200,
            data(
                R"("orders":{"nodes":[{"id":"gid://2","updatedAt":"2026-05-01T11:00:00Z"}],"pageInfo":{"hasNextPage":false,"endCursor":"c2"}})"
            )
        );
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more) << "deletions follow";
    EXPECT_EQ(page->cursor.at("since"), "2026-05-01T10:55:00");
    expect_deletions("2026-05-01T11:55:00", "", R"("hasNextPage":false)");
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_FALSE(page->more);
    expect(documents::kPullOrders, R"({"query":"updated_at:>='2026-05-01T10:55:00Z'"})")
        .answer(200, data(R"("orders":{"nodes":[],"pageInfo":{"hasNextPage":false,"endCursor":null}})"));
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->cursor.at("since"), "2026-05-01T10:55:00");
}

TEST_F(Reads, DeletionsFollowAfterTheChangesAndAreToldOnce) {
    const auto event = [](const std::string& id, const std::string& at, const std::string& subject) {
        return R"({"id":")" + id + R"(","createdAt":")" + at + R"(","subjectId":"gid://shopify/)" + subject +
               "\"}";
    };
    const auto first = event("e1", "2026-05-01T12:01:00Z", "Order/1");
    // A search for ORDER may find what is DRAFT_ORDER.
    const auto other = event("e2", "2026-05-01T12:02:00Z", "DraftOrder/7");
    const auto second = event("e3", "2026-05-01T12:03:00Z", "Order/2");
    const auto third = event("e4", "2026-05-01T12:03:00Z", "Order/3");
    json::value cursor =
        json::parse(R"({"since":"x","deleted_since":"2026-05-01T11:55:00","in_deletions":true})");
    expect_deletions("2026-05-01T11:55:00", first + "," + other, R"("hasNextPage":true,"endCursor":"c1")");
    auto page = pull("order", cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more);
    ASSERT_EQ(page->records.size(), 1U);
    EXPECT_TRUE(page->records[0].deleted);
    EXPECT_EQ(page->records[0].remote_id, "gid://shopify/Order/1");
    // A cursor belongs to its search: that stays the same.
    expect_deletions("2026-05-01T11:55:00", second, R"("hasNextPage":false)");
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(json::parse(session_.sent().back().body).at("variables").at("after"), "c1");
    EXPECT_FALSE(page->more);
    EXPECT_EQ(page->records.size(), 1U);
    auto next = page->cursor.as_object();
    next["in_deletions"] = true;
    expect_deletions("2026-05-01T12:03:00", second + "," + third, R"("hasNextPage":false)");
    page = pull("order", next);
    ASSERT_TRUE(page.has_value());
    ASSERT_EQ(page->records.size(), 1U);
    EXPECT_EQ(page->records[0].remote_id, "gid://shopify/Order/3");
}

TEST_F(Reads, AnAppThatMayNotReadEventsReadsTheChangesAllTheSame) {
    expect(documents::kDeletions)
        .answer(200, R"({"errors":[{"message":"words","extensions":{"code":"ACCESS_DENIED"}}]})");
    const auto page = pull("order", json::parse(R"({"since":"x","deleted_since":"y","in_deletions":true})"));
    ASSERT_TRUE(page.has_value()) << page.error().message;
    EXPECT_FALSE(page->more);
    EXPECT_EQ(session_.remarks().size(), 1U);
    expect(documents::kDeletions).answer(503, "<html>", "text/html");
    EXPECT_FALSE(
        pull("order", json::parse(R"({"since":"x","deleted_since":"y","in_deletions":true})")).has_value()
    );
}

TEST_F(Reads, CustomersAreAskedForByWholeDays) {
    expect(documents::kPullCustomers, R"({"query":"updated_at:>='2026-05-01'"})")
        .answer(200, data(R"("customers":{"nodes":[],"pageInfo":{"hasNextPage":false}})"));
    EXPECT_TRUE(pull("customer", json::parse(R"({"since":"2026-05-01T10:55:00"})")).has_value());
}

TEST_F(Reads, ALongOrderBringsAllItsLines) {
    const auto lines = [](const std::string& title, const std::string& info) {
        return R"("lineItems":{"nodes":[{"title":")" + title + R"("}],"pageInfo":)" + info + "}";
    };
    const std::string more = R"({"hasNextPage":true,"endCursor":"l1"})";
    const std::string end = R"({"hasNextPage":false,"endCursor":"l2"})";
    const auto order = R"({"id":"gid://1","updatedAt":"2026-05-01T10:00:00Z",)" + lines("first", more) + "}";
    const auto expect_more = [&] {
        expect(documents::kMoreLines, R"({"id":"gid://1","after":"l1"})")
            .answer(200, data(R"("order":{)" + lines("second", end) + "}"));
    };
    expect(documents::kPullOrders)
        .answer(200, data(R"("orders":{"nodes":[)" + order + R"(],"pageInfo":{"hasNextPage":false}})"));
    expect_more();
    const auto page = pull("order");
    ASSERT_TRUE(page.has_value());
    expect(documents::kFetchOrder).answer(200, data(R"("order":)" + order));
    expect_more();
    const auto fetched = run(connector_->fetch(session_, "order", "gid://1"));
    ASSERT_TRUE(fetched.has_value());
    for (const auto* fields : {&page->records.at(0).fields, &fetched->fields}) {
        EXPECT_EQ(fields->at("lineItems"), json::parse(R"([{"title":"first"},{"title":"second"}])"));
    }
    expect(documents::kPullOrders)
        .answer(200, data(R"("orders":{"nodes":[)" + order + R"(],"pageInfo":{"hasNextPage":false}})"));
    expect(documents::kMoreLines).answer(200, data(R"("order":null)"));
    EXPECT_EQ(pull("order").error().kind, OutcomeKind::retry) << "half an order is none";
}

TEST_F(Reads, ASweepBeginsAnewBeforeShopifyEndsItsPages) {
    const auto page_of = [&](const std::string& object, const std::string& cursor) {
        const auto list = object == "customer" ? std::string("customers") : object + "s";
        expect(object == "customer" ? documents::kPullCustomers : documents::kPullProducts)
            .answer(
                200,
                data(
                    "\"" + list +
                    R"(":{"nodes":[{"id":"gid://1","updatedAt":"2026-05-01T10:00:00Z"}],"pageInfo":{"hasNextPage":true,"endCursor":"c9"}})"
                )
            );
        const auto page = pull(object, json::parse(cursor));
        return page ? page->cursor : json::value("failed");
    };
    EXPECT_EQ(page_of("product", R"({"after":"c1","read":23998})").at("after"), "c9");
    EXPECT_EQ(
        page_of("product", R"({"after":"c1","read":23999})"),
        json::parse(R"({"since":"2026-05-01T10:00:00","deleted_since":"2026-05-01T11:55:00"})")
    );
    // Where that would find the same records once more, the sweep goes on as long as Shopify lets it.
    EXPECT_EQ(
        page_of("product", R"({"since":"2026-05-01T10:00:00","after":"c1","read":24000})").at("after"), "c9"
    );
    EXPECT_EQ(
        page_of("customer", R"({"since":"2026-05-01T04:00:00","after":"c1","read":24000})").at("after"), "c9"
    ) << "customers are found by days";
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
