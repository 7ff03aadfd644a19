#include "daemon/store/sources.hpp"

#include "daemon/engine/database.hpp"
#include "tests/integration/page_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::kNode;
using test::kOtherNode;
using test::must;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kTurn{60'000};

class SourceOfferTest : public test::PageTest {
  protected:
    SourceOfferTest() {
        database_.exec("UPDATE navette.available_integrations SET supported_events = '{order.*}'");
    }

    /// Offers one row and returns how many jobs it became.
    long offer(const std::string& data, const std::string& entity_id = "1") {
        SourceOffer made;
        made.tenant = "acme";
        made.source = "orders";
        made.entity_type = "order";
        made.event_type = "order.swept";
        made.priority = 7;
        made.objects["shop"] = "sale";
        std::vector<SourceRow> rows;
        rows.push_back({entity_id, "2026-01-01", data});
        return must(run(offer_rows(connection(), made, std::move(rows))));
    }

    /// The platform takes the oldest pending job of integration int_1.
    void carry_over() {
        auto done = completion(
            database_.number(
                "SELECT min(id) FROM navette.sync_queue WHERE status = 'pending' AND integration_id = 'int_1'"
            ),
            Verdict::finish
        );
        done.object = "sale";
        done.linked = true;
        done.remote_id = "r1";
        complete_one(done);
    }
};

TEST_F(SourceOfferTest, ANewRowBecomesAJobForEachIntegrationThatWantsIt) {
    add_platform("desk", "{ticket.*}");
    add_integration("acme", "int_2");
    add_integration("acme", "in", "shop", "from_platform");
    add_integration("acme", "off", "shop", "bidirectional", false);
    add_integration("acme", "desk", "desk");
    add_integration("other", "theirs");
    EXPECT_EQ(offer(R"({"id": 1, "total": 5})"), 2);
    EXPECT_EQ(
        database_.value(
            "SELECT string_agg(concat_ws('|', tenant_id, integration_id, event_type, entity_type, "
            "entity_id, data, priority, origin), ' / ' ORDER BY integration_id) FROM navette.sync_queue"
        ),
        R"(acme|int_1|order.swept|order|1|{"id": 1, "total": 5}|7|source:orders / )"
        R"(acme|int_2|order.swept|order|1|{"id": 1, "total": 5}|7|source:orders)"
    );
}

TEST_F(SourceOfferTest, WhatWasCarriedOverIsOfferedAgainOnlyOnceItChanged) {
    EXPECT_EQ(offer(R"({"total": 5})"), 1);
    carry_over();
    EXPECT_EQ(offer(R"({"total":5})"), 0) << "the same data in another spelling";
    EXPECT_EQ(offer(R"({"total": 6})"), 1);
}

TEST_F(SourceOfferTest, AnotherObjectsLinkUnderTheSameIdSaysNothing) {
    offer(R"({"total": 5})");
    carry_over();
    database_.exec(
        "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, remote_id, "
        "local_hash) "
        "VALUES ('acme', 'int_1', 'customer', '1', 'r7', 'another')"
    );
    EXPECT_EQ(offer(R"({"total": 5})"), 0);
}

TEST_F(SourceOfferTest, EachIntegrationIsJudgedByWhatItHasItself) {
    offer(R"({"total": 5})");
    carry_over();
    add_integration("acme", "int_2");
    EXPECT_EQ(offer(R"({"total": 5})"), 1);
    EXPECT_EQ(database_.value("SELECT string_agg(integration_id, ',') FROM navette.sync_queue"), "int_2");
}

TEST_F(SourceOfferTest, WhatIsPendingIsNotDoubledUnlessItChanged) {
    EXPECT_EQ(offer(R"({"total": 5})"), 1);
    EXPECT_EQ(offer(R"({"total": 5})"), 0);
    EXPECT_EQ(offer(R"({"total": 6})"), 1);
    EXPECT_EQ(offer(R"({"total": 6})"), 0);
    EXPECT_EQ(offer(R"({"total": 5})", "2"), 1) << "another record";
}

TEST_F(SourceOfferTest, ARowThatChangedThereAndBackEndsAsItIsNow) {
    offer(R"({"total": 5})");
    EXPECT_EQ(offer(R"({"total": 6})"), 1);
    EXPECT_EQ(offer(R"({"total": 5})"), 1) << "else the 6 would be sent last";
    carry_over();
    carry_over();
    carry_over();
    offer(R"({"total": 6})");
    EXPECT_EQ(offer(R"({"total": 5})"), 1) << "what is linked is older than what is pending";
}

TEST_F(SourceOfferTest, ADeadLetterIsNotOfferedAgainBeforeItsDataChanges) {
    offer(R"({"total": 5})");
    database_.exec("UPDATE navette.sync_queue SET status = 'failed', outcome = 'rejected', failed_at = now()"
    );
    EXPECT_EQ(offer(R"({"total": 5})"), 0);
    EXPECT_EQ(offer(R"({"total": 6})"), 1);
}

TEST_F(SourceOfferTest, RowsOfOnePageKeepTheirOrderAndTheirTexts) {
    std::vector<SourceRow> rows;
    for (const std::string id : {"z", "it's", "a\"b", "m"}) {
        rows.push_back({id, "", R"({"name": "l'été\n"})"});
    }
    SourceOffer made;
    made.tenant = "acme";
    made.entity_type = "order";
    made.event_type = "order.swept";
    EXPECT_EQ(must(run(offer_rows(connection(), made, std::move(rows)))), 4);
    EXPECT_EQ(
        database_.value("SELECT string_agg(entity_id, ',' ORDER BY id) FROM navette.sync_queue"),
        "z,it's,a\"b,m"
    );
}

class SourceTurnTest : public test::OwnedIntegrationTest {
  protected:
    std::optional<SourceTurn> take(const std::string& node, const std::string& name = "orders") {
        return must(run(take_source(connection(), "acme", name, node, kTurn)));
    }

    void note(const std::string& position, bool full, const std::string& error = {}) {
        SourceRun done;
        done.tenant = "acme";
        done.name = "orders";
        done.position = boost::json::value(position);
        done.full = full;
        done.rows_read = 10;
        done.rows_queued = 2;
        done.error = error;
        must(run(note_source_run(connection(), std::move(done))));
    }
};

TEST_F(SourceTurnTest, OnlyOneLivingNodeHasASourceAtATime) {
    must(run(register_node(connection(), kOtherNode, "b", test::kLease)));
    EXPECT_TRUE(take(kNode).has_value());
    EXPECT_TRUE(take(kNode).has_value()) << "its own again";
    EXPECT_FALSE(take(kOtherNode).has_value());
    EXPECT_TRUE(take(kOtherNode, "customers").has_value());
    database_.exec(
        "UPDATE navette.sync_cursors SET expires_at = now() - interval '1 second' WHERE name = 'orders'"
    );
    EXPECT_TRUE(take(kOtherNode).has_value()) << "its turn ran out";
    let_expire(kOtherNode);
    EXPECT_TRUE(take(kNode).has_value()) << "its node is dead";
}

TEST_F(SourceTurnTest, ATurnTellsHowFarTheSourceWasRead) {
    const auto first = take(kNode);
    EXPECT_TRUE(first->position.is_null());
    EXPECT_FALSE(first->since_run.has_value());
    EXPECT_FALSE(first->since_full.has_value());
    note("page 1", true);
    note("page 2", false);
    const auto later = take(kNode);
    EXPECT_EQ(later->position, "page 2");
    EXPECT_TRUE(later->since_run.has_value());
    EXPECT_TRUE(later->since_full.has_value());
    EXPECT_EQ(database_.value("SELECT rows_read || ' ' || rows_queued FROM navette.sync_cursors"), "20 4");
}

TEST_F(SourceTurnTest, AFailedRunKeepsThePositionAndTellsWhy) {
    take(kNode);
    note("page 1", false);
    note("page 2", true, "no such column");
    const auto turn = take(kNode);
    EXPECT_EQ(turn->position, "page 1");
    EXPECT_FALSE(turn->since_full.has_value());
    EXPECT_EQ(database_.value("SELECT last_error FROM navette.sync_cursors"), "no such column");
    note("page 3", false);
    EXPECT_EQ(database_.value("SELECT last_error FROM navette.sync_cursors"), "");
}

TEST_F(SourceTurnTest, ARequestedFullRunStaysRequestedUntilAFullRunWasMade) {
    take(kNode);
    database_.exec("UPDATE navette.sync_cursors SET requested = 'full'");
    EXPECT_TRUE(take(kNode)->full_requested);
    note("page 1", false);
    EXPECT_TRUE(take(kNode)->requested);
    note("page 2", true);
    EXPECT_FALSE(take(kNode)->requested);
    database_.exec("UPDATE navette.sync_cursors SET requested = 'incremental'");
    EXPECT_FALSE(take(kNode)->full_requested);
    note("page 3", false);
    EXPECT_FALSE(take(kNode)->requested);
}

class SourceReadTest : public test::SchemaTest {
  protected:
    std::vector<std::string> keys(const std::vector<SourceRow>& rows) {
        std::vector<std::string> names;
        for (const auto& row : rows) {
            names.push_back(row.entity_id);
        }
        return names;
    }

    /// Reads page after page from the beginning.
    std::vector<std::string> read_all(SourcePage page) {
        std::vector<std::string> all;
        while (true) {
            const auto rows = must(run(read_source(connection(), page)));
            if (rows.empty()) {
                return all;
            }
            EXPECT_LE(static_cast<int>(rows.size()), page.limit);
            const auto more = keys(rows);
            all.insert(all.end(), more.begin(), more.end());
            page.after = {rows.back().change, rows.back().entity_id};
            if (all.size() > 100) {
                ADD_FAILURE() << "the same rows come again and again";
                return all;
            }
        }
    }

    static SourcePage page_of(const std::string& query, int limit) {
        SourcePage page;
        page.query = query;
        page.key = "id";
        page.change_column = "changed";
        page.limit = limit;
        return page;
    }
};

TEST_F(SourceReadTest, PagesByChangeAndKeyMissNothingWhereManyRowsChangedAtOnce) {
    database_.exec("CREATE TABLE orders (id integer PRIMARY KEY, changed timestamptz)");
    // The younger the row the longer ago it changed, six at a time within one microsecond.
    database_.exec(
        "INSERT INTO orders SELECT n, '2026-01-01 00:00:00.123456+00'::timestamptz - (n / 6) * interval '1 "
        "microsecond' FROM generate_series(0, 17) n"
    );
    std::vector<std::string> expected;
    for (const int first : {12, 6, 0}) {
        for (int n = first; n < first + 6; ++n) {
            expected.push_back(std::to_string(n));
        }
    }
    EXPECT_EQ(read_all(page_of("SELECT * FROM orders", 4)), expected) << "keys as numbers, not as texts";
}

TEST_F(SourceReadTest, ARowCarriesAllItsColumnsAsJson) {
    const auto rows = must(run(read_source(
        connection(),
        page_of("SELECT 'a'::text AS id, 3 AS changed, ARRAY[1, 2] AS list, NULL AS nothing -- end", 10)
    )));
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows.front().entity_id, "a");
    EXPECT_EQ(rows.front().change, "3");
    EXPECT_EQ(rows.front().data, R"({"id": "a", "list": [1, 2], "changed": 3, "nothing": null})");
}

TEST_F(SourceReadTest, ColumnsWhoseNamesNeedQuotesWork) {
    database_.exec(R"(CREATE TABLE odd ("Order ""No""" text, "select" integer))");
    database_.exec(R"(INSERT INTO odd VALUES ('x', 1), ('y', 2))");
    auto page = page_of("SELECT * FROM odd", 1);
    page.key = "Order \"No\"";
    page.change_column = "select";
    EXPECT_THAT(read_all(page), ElementsAre("x", "y"));
}

TEST_F(SourceReadTest, AMissingColumnIsToldByName) {
    const auto refused = run(read_source(connection(), page_of("SELECT 1 AS id", 10)));
    ASSERT_FALSE(refused.has_value());
    EXPECT_THAT(refused.error().message, HasSubstr("changed"));
}

TEST_F(SourceReadTest, AQueryThatWritesIsRefusedOnAReadOnlyDatabase) {
    database_.exec("CREATE TABLE orders (id integer, changed integer)");
    database_.exec(
        "CREATE FUNCTION grab() RETURNS TABLE (id integer, changed integer) LANGUAGE sql AS 'INSERT INTO "
        "orders "
        "VALUES (1, 1) RETURNING id, changed'"
    );
    engine::Database readonly(context_.get_executor(), database_.url(), engine::Database::kReadOnly);
    const auto source = must(run(readonly.connection()));
    const auto refused = run(read_source(*source, page_of("SELECT * FROM grab()", 10)));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, core::ErrorKind::read_only);
    for (const std::string query :
         {"DELETE FROM orders RETURNING *",
          "SELECT 1 AS id, 1 AS changed) s; DROP TABLE orders; SELECT (SELECT 1"}) {
        EXPECT_FALSE(run(read_source(*source, page_of(query, 10))).has_value()) << query;
    }
    EXPECT_EQ(database_.number("SELECT count(*) FROM orders"), 0);
}

TEST_F(SourceReadTest, ARowWithoutAChangeMarkIsRefusedWithItsKeyAndTheColumn) {
    database_.exec("CREATE TABLE orders (id integer PRIMARY KEY, changed timestamptz)");
    database_.exec("INSERT INTO orders VALUES (1, '2026-01-01'), (2, NULL)");
    const auto refused = run(read_source(connection(), page_of("SELECT * FROM orders", 10)));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, core::ErrorKind::invalid);
    EXPECT_THAT(refused.error().message, HasSubstr("the row with id '2' has no changed"));
}

}  // namespace
}  // namespace navette::store
