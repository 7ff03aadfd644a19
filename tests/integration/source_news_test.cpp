// What a source tells beside rows: deletes, captured keys that are forgotten with it, and how full the queue
// is.
#include "daemon/store/admin_capture.hpp"
#include "daemon/store/sources.hpp"
#include "tests/integration/page_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::must;
using ::testing::ElementsAre;

class SourceNewsTest : public test::PageTest {
  protected:
    SourceNewsTest() {
        database_.exec("UPDATE navette.available_integrations SET supported_events = '{order.*}'");
        offer_.tenant = "acme";
        offer_.source = "orders";
        offer_.entity_type = "order";
        offer_.event_type = "order.swept";
        offer_.objects["shop"] = "sale";
    }

    long tell(SourceNews news) { return must(run(offer_news(connection(), offer_, std::move(news)))); }

    long row(const std::string& key, const std::string& data = R"({"total": 5})") {
        SourceNews news;
        news.rows.push_back({key, "", data});
        return tell(std::move(news));
    }

    /// `deleted`: captured as such; else merely not yielded any more.
    long gone(const std::string& key, bool deleted = true) {
        SourceNews news;
        news.missing.push_back({key, deleted});
        return tell(std::move(news));
    }

    void link(const std::string& key, const std::string& more = "false") {
        database_.exec(
            "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, remote_id, "
            "gone) "
            "VALUES ('acme', 'int_1', 'sale', '" +
            key + "', 'r" + key + "', " + more + ")"
        );
    }

    std::string queued() {
        return database_.value(
            "SELECT string_agg(concat_ws(' ', operation, entity_id, event_type, origin), ' / ' ORDER BY id) "
            "FROM navette.sync_queue"
        );
    }

    SourceOffer offer_;
};

TEST_F(SourceNewsTest, ADeletedRowBecomesADeleteWhereTheRecordIsLinked) {
    add_integration("acme", "int_2");
    link("1");
    EXPECT_EQ(gone("1"), 1);
    EXPECT_EQ(queued(), "delete 1 order.swept source:orders");
    EXPECT_EQ(database_.value("SELECT integration_id FROM navette.sync_queue"), "int_1");
}

TEST_F(SourceNewsTest, ADeleteIsNotToldTwice) {
    link("1");
    EXPECT_EQ(gone("1"), 1);
    EXPECT_EQ(gone("1"), 0) << "it is pending";
    database_.exec("UPDATE navette.sync_queue SET status = 'failed', outcome = 'rejected', failed_at = now()"
    );
    EXPECT_EQ(gone("1"), 0) << "it is a dead letter";
    database_.exec("DELETE FROM navette.sync_queue; DELETE FROM navette.record_links");
    EXPECT_EQ(gone("1"), 0) << "it was done, the link is gone";
}

TEST_F(SourceNewsTest, ATombstoneAndARecordThatWasNeverSentAreNotDeleted) {
    link("1", "true");
    EXPECT_EQ(gone("1"), 0);
    EXPECT_EQ(gone("2"), 0);
}

TEST_F(SourceNewsTest, WhatIsPendingIsFollowedByItsDeleteAndThatByANewRowOfTheKey) {
    EXPECT_EQ(row("1"), 1);
    EXPECT_EQ(gone("1"), 1);
    EXPECT_EQ(row("1"), 1) << "the same data: the delete before it would win";
    EXPECT_EQ(gone("1"), 1);
    EXPECT_EQ(
        database_.value("SELECT string_agg(operation, ' ' ORDER BY id) FROM navette.sync_queue"),
        "upsert delete upsert delete"
    );
}

TEST_F(SourceNewsTest, AKeyThatIsMerelyMissingIsToldOnceAndOnlyIfTheSourceYieldedIt) {
    link("1");
    link("2");
    EXPECT_EQ(gone("1", false), 0) << "another way may have brought it";
    offer_.keeps_keys = true;
    row("1");
    row("1");
    EXPECT_THAT(must(run(known_keys(connection(), "acme", "orders", "", 10))), ElementsAre("1"));
    database_.exec("DELETE FROM navette.sync_queue");
    EXPECT_EQ(gone("1", false), 1);
    database_.exec("DELETE FROM navette.sync_queue");
    EXPECT_EQ(gone("1", false), 0) << "told already";
    row("1", R"({"total": 6})");
    database_.exec("DELETE FROM navette.sync_queue");
    EXPECT_EQ(gone("1", false), 1) << "it was there again meanwhile";
}

TEST_F(SourceNewsTest, KnownKeysComePageByPage) {
    offer_.keeps_keys = true;
    for (const std::string key : {"b", "a", "B", "é", "10", "9"}) {
        row(key);
    }
    std::vector<std::string> all;
    std::string after;
    while (true) {
        const auto page = must(run(known_keys(connection(), "acme", "orders", after, 2)));
        if (page.empty()) {
            break;
        }
        all.insert(all.end(), page.begin(), page.end());
        after = page.back();
    }
    EXPECT_THAT(all, ElementsAre("10", "9", "B", "a", "b", "é"));
}

TEST_F(SourceNewsTest, CapturedKeysAreForgottenWithWhatTheyBecameOrNotAtAll) {
    database_.exec("CREATE TABLE orders (id integer PRIMARY KEY)");
    auto session = must(AdminSession::open(database_.url()));
    CaptureRequest request;
    request.source = "orders";
    request.definition = "[]";
    request.tables = {{"orders", "id"}};
    request.reader = "navette";
    must(attach_capture(session, request, false));
    database_.exec("INSERT INTO orders VALUES (1), (2)");
    SourceNews news;
    news.rows.push_back({"1", "", R"({"id": 1})"});
    news.captured = {database_.number("SELECT id FROM navette.captured WHERE key = '1'")};
    auto refused = offer_;
    refused.priority = 99;
    EXPECT_FALSE(run(offer_news(connection(), refused, news)).has_value());
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.captured"), 2);
    EXPECT_EQ(tell(news), 1);
    EXPECT_EQ(database_.value("SELECT string_agg(key, ',') FROM navette.captured"), "2");
}

TEST_F(SourceNewsTest, EverythingAsksForAFullRunFromItsBeginning) {
    must(run(take_source(connection(), "acme", "orders", test::kNode, std::chrono::seconds(60))));
    database_.exec("UPDATE navette.sync_cursors SET full_position = '[\"a\", \"b\"]'");
    SourceNews news;
    news.everything = true;
    tell(std::move(news));
    const auto turn =
        must(run(take_source(connection(), "acme", "orders", test::kNode, std::chrono::seconds(60))));
    EXPECT_TRUE(turn->full_requested);
    EXPECT_FALSE(turn->full_position.has_value());
}

TEST_F(SourceNewsTest, OnlyTheSourcesOwnUnfinishedJobsOfEnabledIntegrationsAreCounted) {
    const auto unfinished = [&](long most = 100) {
        return must(run(count_unfinished(connection(), "acme", "orders", most)));
    };
    add_integration("acme", "int_2");
    for (int n = 0; n < 5; ++n) {
        row(std::to_string(n));
    }
    add_job("7", "origin = 'source:others'");
    add_job("8", "origin = 'sql'");
    EXPECT_EQ(unfinished(), 10);
    EXPECT_EQ(unfinished(3), 3) << "no further than it pays";
    database_.exec("UPDATE navette.sync_queue SET status = 'failed', failed_at = now() WHERE entity_id = '0'"
    );
    EXPECT_EQ(unfinished(), 8);
    database_.exec("UPDATE navette.tenant_integrations SET enabled = false WHERE id = 'int_2'");
    EXPECT_EQ(unfinished(), 4) << "what rests makes nobody wait";
}

TEST_F(SourceNewsTest, ASourceIsHeldOnlyByWhoHasIt) {
    const auto hold = [&](const std::string& node) {
        SourceHold hold;
        hold.tenant = "acme";
        hold.name = "orders";
        hold.node_id = node;
        hold.lease = std::chrono::seconds(60);
        hold.full_position = {"2026", "7"};
        hold.paused = true;
        return must(run(hold_source(connection(), std::move(hold))));
    };
    EXPECT_FALSE(hold(test::kNode)) << "it was never taken";
    must(run(take_source(connection(), "acme", "orders", test::kNode, std::chrono::seconds(60))));
    EXPECT_FALSE(hold(test::kOtherNode));
    EXPECT_TRUE(hold(test::kNode));
    EXPECT_NE(database_.value("SELECT paused_at FROM navette.sync_cursors"), "");
    const auto turn =
        must(run(take_source(connection(), "acme", "orders", test::kNode, std::chrono::seconds(60))));
    EXPECT_EQ(turn->full_position, std::make_pair(std::string("2026"), std::string("7")));
}

}  // namespace
}  // namespace navette::store
