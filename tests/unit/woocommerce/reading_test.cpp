#include "fixture.hpp"

#include <navette/sdk/timestamp.hpp>

namespace navette::woocommerce::test {
namespace {

std::string row(int id, const std::string& modified) {
    return R"({"id":)" + std::to_string(id) + R"(,"date_modified_gmt":")" + modified + "\"}";
}

class Pulls : public WooCommerceTest {
  protected:
    std::expected<sdk::PullPage, sdk::Outcome> pull(
        const std::string& object, json::value cursor = nullptr, int limit = 2
    ) {
        sdk::PullRequest request;
        request.object = object;
        request.cursor = std::move(cursor);
        request.limit = limit;
        return run(connector_->pull(session_, std::move(request)));
    }
    const std::string orders_ = "GET /wc/v3/orders?orderby=modified&order=asc&per_page=2";
};

TEST_F(Pulls, ASweepGoesByTheChangeMarkAndEndsWithAnOverlapOfTwoMinutes) {
    session_.expect(orders_).answer(
        200, "[" + row(3, "2026-11-21T05:00:00") + "," + row(5, "2026-11-21T05:10:00") + "]"
    );
    auto page = pull("order");
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more);
    ASSERT_EQ(page->records.size(), 2U);
    EXPECT_EQ(page->records[0].remote_id, "3");
    EXPECT_EQ(page->records[0].version, "2026-11-21T05:00:00");
    EXPECT_EQ(page->records[0].modified_at, sdk::from_iso_text("2026-11-21T05:00:00Z"));

    // A second earlier, since the parameter is exclusive and others may share that second.
    session_.expect(orders_ + "&modified_after=2026-11-21T05:09:59&dates_are_gmt=true")
        .answer(200, "[" + row(5, "2026-11-21T05:10:00") + "]");
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more) << "the trash is still to be read";
    EXPECT_EQ(
        page->cursor,
        json::parse(
            R"({"after":"2026-11-21T05:08:00","offset":0,"trash":{"after":"","offset":0},"in_trash":true})"
        )
    );
}

TEST_F(Pulls, WhatLiesInTheTrashIsToldAsDeletedAfterTheListAndFromAPlaceOfItsOwn) {
    auto cursor = json::parse(
        R"({"after":"2026-11-21T05:08:00","offset":0,"trash":{"after":"2026-11-21T03:00:00","offset":0}})"
    );
    session_.expect(orders_ + "&modified_after=2026-11-21T05:08:00&dates_are_gmt=true").answer(200, "[]");
    auto page = pull("order", cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more);
    session_.expect(orders_ + "&status=trash&modified_after=2026-11-21T03:00:00&dates_are_gmt=true")
        .answer(200, "[" + row(7, "2026-11-21T04:00:00") + "]");
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_FALSE(page->more);
    ASSERT_EQ(page->records.size(), 1U);
    EXPECT_EQ(page->records[0].remote_id, "7");
    EXPECT_TRUE(page->records[0].deleted);
    EXPECT_EQ(
        page->cursor,
        json::parse(
            R"({"after":"2026-11-21T05:08:00","offset":0,"trash":{"after":"2026-11-21T03:58:00","offset":0},"in_trash":false})"
        )
    );
    session_.expect(orders_ + "&modified_after=2026-11-21T05:08:00&dates_are_gmt=true")
        .answer(200, "[" + row(8, "2026-11-21T05:09:00") + "]");
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_FALSE(page->records.at(0).deleted);
}

TEST_F(Pulls, ACursorFromBeforeTheTrashWasReadBeginsThereWhereTheListStands) {
    const auto cursor = json::parse(R"({"after":"2026-11-21T05:08:00","offset":0})");
    session_.expect(orders_ + "&modified_after=2026-11-21T05:08:00&dates_are_gmt=true").answer(200, "[]");
    auto page = pull("order", cursor);
    session_.expect(orders_ + "&status=trash&modified_after=2026-11-21T05:08:00&dates_are_gmt=true")
        .answer(200, "[" + row(7, "2026-11-21T05:09:00") + "," + row(9, "2026-11-21T05:19:00") + "]");
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more) << "a full page";
    session_.expect(orders_ + "&status=trash&modified_after=2026-11-21T05:18:59&dates_are_gmt=true")
        .answer(200, "[]");
    page = pull("order", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_FALSE(page->more);
}

TEST_F(Pulls, NamesComeWithoutTheShopsEntities) {
    session_.expect("GET /wc/v3/products?orderby=modified&order=asc&per_page=2")
        .answer(
            200, R"([{"id":1,"name":"Tea &amp; &lt;milk&gt; &amp;amp;","description":"<p>A &amp; B</p>"}])"
        );
    const auto page = pull("product");
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(sdk::text_at(page->records.at(0).fields, "name"), "Tea & <milk> &amp;");
    EXPECT_EQ(sdk::text_at(page->records.at(0).fields, "description"), "<p>A &amp; B</p>");
}

TEST_F(Pulls, APageThatSharesOneSecondGoesOnByAnOffset) {
    std::string rows;
    for (int id = 1; id <= 100; ++id) {
        rows += (rows.empty() ? "" : ",") + row(id, "2026-11-21T05:00:00");
    }
    const std::string line = "GET /wc/v3/products?orderby=modified&order=asc&per_page=100";
    session_.expect(line).answer(200, "[" + rows + "]");
    auto page = pull("product", nullptr, 100);
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more);
    session_.expect(line + "&offset=90").answer(200, "[" + row(100, "2026-11-21T05:00:00") + "]");
    page = pull("product", page->cursor, 100);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->cursor.at("after"), "2026-11-21T04:58:00");
    EXPECT_EQ(page->cursor.at("offset"), 0);
}

TEST_F(Pulls, CustomersAreReadWholeSinceTheirListKnowsNoChangeMark) {
    const std::string line = "GET /wc/v3/customers?orderby=id&order=asc&per_page=2";
    session_.expect(line).answer(
        200, "[" + row(1, "2026-11-21T05:00:00") + R"(,{"id":2,"date_modified_gmt":null}])"
    );
    auto page = pull("customer");
    ASSERT_TRUE(page.has_value());
    EXPECT_TRUE(page->more);
    EXPECT_FALSE(page->records[1].modified_at.has_value());
    session_.expect(line + "&offset=2").answer(200, "[" + row(3, "2026-11-21T05:00:00") + "]");
    page = pull("customer", page->cursor);
    ASSERT_TRUE(page.has_value());
    EXPECT_FALSE(page->more);
    session_.expect(line).answer(200, "[]");
    EXPECT_TRUE(pull("customer", page->cursor).has_value());
}

TEST_F(Pulls, AFailureIsToldAndNothingElse) {
    session_.expect(orders_).answer(503, "maintenance", "text/html");
    EXPECT_EQ(pull("order").error().kind, OutcomeKind::unavailable);
    session_.expect(orders_).answer(200, R"({"a":1})");
    EXPECT_EQ(pull("order").error().kind, OutcomeKind::retry);
    EXPECT_EQ(pull("ticket").error().kind, OutcomeKind::rejected);
}

TEST_F(Pulls, OneRecordIsFetched) {
    session_.expect("GET /wc/v3/orders/77").answer(200, row(77, "2026-11-21T05:00:00"));
    const auto record = run(connector_->fetch(session_, "order", "77"));
    ASSERT_TRUE(record.has_value());
    EXPECT_EQ(record->remote_id, "77");
    EXPECT_FALSE(record->deleted);
    session_.expect("GET /wc/v3/orders/78").answer(200, R"({"id":78,"status":"trash"})");
    EXPECT_TRUE(run(connector_->fetch(session_, "order", "78"))->deleted);
    session_.expect("GET /wc/v3/orders/79")
        .answer(404, error_body("woocommerce_rest_shop_order_invalid_id", 404));
    EXPECT_EQ(run(connector_->fetch(session_, "order", "79")).error().kind, OutcomeKind::gone);
    EXPECT_EQ(run(connector_->fetch(session_, "order", "")).error().kind, OutcomeKind::gone);
}

class Connection : public WooCommerceTest {
  protected:
    void expect_wordpress() {
        session_.expect("GET /").answer(
            200, R"({"home":"https://shop.test","namespaces":["wp/v2","wc/v3"]})"
        );
    }
    void expect_status(
        const std::string& settings = R"({"currency":"EUR","number_of_decimals":2})",
        const std::string& version = "9.9.5"
    ) {
        session_.expect("GET /wc/v3/system_status")
            .answer(200, R"({"environment":{"version":")" + version + R"("},"settings":)" + settings + "}");
    }
    void expect_probe(const std::string& rows) {
        session_.expect("GET /wc/v3/orders?created_via=navette-probe&per_page=1&_fields=id")
            .answer(200, rows);
    }
    sdk::TestReport test() { return run(connector_->test(session_)); }
    void expect_objection(const std::string& words) {
        const auto report = test();
        EXPECT_FALSE(report.ok);
        EXPECT_NE(report.sentence.find(words), std::string::npos) << report.sentence;
    }
};

TEST_F(Connection, AShopThatFitsIsTold) {
    expect_wordpress();
    expect_status();
    expect_probe("[]");
    const auto report = test();
    EXPECT_TRUE(report.ok) << report.sentence;
    EXPECT_NE(report.sentence.find("9.9.5"), std::string::npos);
}

TEST_F(Connection, AnOldShopWorksWithARemark) {
    expect_wordpress();
    expect_status();
    expect_probe(R"([{"id":3}])");
    const auto report = test();
    EXPECT_TRUE(report.ok);
    EXPECT_NE(report.sentence.find("older than 9.9"), std::string::npos);
}

TEST_F(Connection, AnOldShopWithoutOrdersIsToldByItsVersion) {
    const auto sentence_of = [&](const std::string& version) {
        expect_wordpress();
        expect_status(R"({"currency":"EUR","number_of_decimals":2})", version);
        expect_probe("[]");
        return test().sentence;
    };
    for (const std::string old : {"8.9.1", "9.8", "3.5.10"}) {
        EXPECT_NE(sentence_of(old).find("older than 9.9"), std::string::npos) << old;
    }
    for (const std::string fresh : {"9.9", "9.10.2", "10.0.1", "unknown"}) {
        EXPECT_EQ(sentence_of(fresh).find("older than 9.9"), std::string::npos) << fresh;
    }
}

TEST_F(Connection, AWrongAddressIsToldFromAMissingPlugin) {
    session_.expect("GET /").answer(404, "<html><body>Not found</body></html>", "text/html");
    expect_objection("no REST API at site_url");
    session_.expect("GET /").answer(200, R"({"home":"x","namespaces":["wp/v2"]})");
    expect_objection("WooCommerce is not active");
    session_.expect("GET /").answer(301, "", "text/html");
    expect_objection("redirected");
    session_.expect("GET /").fail(Transport::not_sent, "no such host");
    expect_objection("no such host");
    session_.set("site_url", "https://shop.test/");
    expect_objection("slash");
}

TEST_F(Connection, AWrongKeyIsTold) {
    expect_wordpress();
    session_.expect("GET /wc/v3/system_status")
        .answer(401, error_body("woocommerce_rest_cannot_view", 401, "Sorry"));
    expect_objection("does not recognise the consumer key");
}

TEST_F(Connection, OverPlainHttpTheShopsOwnAddressMustBeEntered) {
    session_.set("site_url", "http://localhost");
    session_.expect("GET /").answer(200, R"({"home":"http://shop.test","namespaces":["wc/v3"]})");
    expect_objection("calls itself http://shop.test");
    session_.set("site_url", "http://shop.test");
    session_.expect("GET /").answer(200, R"({"home":"http://shop.test","namespaces":["wc/v3"]})");
    expect_status();
    expect_probe("[]");
    const auto report = test();
    EXPECT_TRUE(report.ok) << report.sentence;
    EXPECT_NE(report.sentence.find("use https"), std::string::npos);
}

TEST_F(Connection, SettingsThatMakeAmountsWrongAreTold) {
    expect_wordpress();
    expect_status(R"({"currency":"USD","number_of_decimals":0})");
    expect_probe("[]");
    const auto report = test();
    EXPECT_FALSE(report.ok);
    EXPECT_NE(report.sentence.find("USD"), std::string::npos);
    EXPECT_NE(report.sentence.find("0 decimals"), std::string::npos);
}

}  // namespace
}  // namespace navette::woocommerce::test
