// A source as the daemon watches it, on real tables: triggers, sweeps, deletes and back-pressure together.
#include "daemon/engine/source_watch.hpp"

#include "daemon/store/admin_capture.hpp"
#include "daemon/store/admin_sources.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>

namespace navette::engine {
namespace {

using test::kNode;
using test::must;
using test::TestDatabase;

/// A watch that runs on the test's own context.
class RunningWatch {
  public:
    RunningWatch(
        boost::asio::io_context& context,
        const config::SourceSettings& settings,
        Database& queue,
        const std::string& own_url
    )
        : context_(context),
          watch_(
              context.get_executor(),
              settings,
              queue,
              own_url,
              [] { return std::make_shared<const plugins::Inventory>(); },
              [] { return std::string(kNode); }
          ) {
        boost::asio::co_spawn(context_, watch_.run(), [this](std::exception_ptr) { ended_ = true; });
    }
    ~RunningWatch() { stop(); }
    RunningWatch(const RunningWatch&) = delete;
    RunningWatch& operator=(const RunningWatch&) = delete;

    void stop() {
        watch_.stop();
        test::run_until(context_, [this] { return ended_; });
    }
    SourceWatch* operator->() { return &watch_; }

  private:
    boost::asio::io_context& context_;
    SourceWatch watch_;
    bool ended_ = false;
};

class SourceWatchTest : public test::OwnedIntegrationTest {
  protected:
    SourceWatchTest() {
        database_.exec("UPDATE navette.available_integrations SET supported_events = '{order.*}'");
        settings_.name = "orders";
        settings_.tenant = "acme";
        settings_.entity_type = "order";
        settings_.event_type = "order.updated";
        settings_.query = "SELECT * FROM orders WHERE status <> 'draft'";
        settings_.key = "id";
        settings_.change_column = "changed";
        settings_.every = std::chrono::hours(1);
        settings_.overlap = std::chrono::milliseconds(0);
        settings_.capture = {{"orders", "id"}};
        make_orders(database_);
    }

    static void make_orders(TestDatabase& shop) {
        shop.exec(
            "CREATE TABLE orders (id integer PRIMARY KEY, status text DEFAULT 'new', changed timestamptz "
            "DEFAULT clock_timestamp())"
        );
    }

    void attach(TestDatabase& shop) {
        auto session = must(store::AdminSession::open(shop.url()));
        store::CaptureRequest request;
        request.source = "orders";
        request.definition = capture_definition(settings_);
        request.reader = "navette";
        for (const auto& captured : settings_.capture) {
            request.tables.emplace_back(captured.table, captured.key);
        }
        must(store::attach_capture(session, request, false));
    }

    std::unique_ptr<RunningWatch> start() {
        return std::make_unique<RunningWatch>(context_, settings_, queue_, database_.url());
    }

    void await(TestDatabase& where, const std::string& sql, long wanted) {
        test::run_until(context_, [&] { return where.number(sql) == wanted; });
    }
    void await(const std::string& sql, long wanted = 1) { await(database_, sql, wanted); }
    /// Until the first sweep is over and its triggers were found.
    void await_watching() {
        await(
            "SELECT count(*) FROM navette.sync_cursors WHERE last_full_at IS NOT NULL AND capture = "
            "'attached'"
        );
    }
    void await_asleep(TestDatabase& where) {
        await(where, "SELECT count(*) FROM navette.captures WHERE asleep", 1);
    }

    void ask(bool full) {
        auto session = must(store::AdminSession::open(database_.url()));
        must(store::request_source_run(session, "acme", "orders", full));
    }
    /// Asks for a run and returns when it is over.
    void sweep(RunningWatch& watch, bool full) {
        ask(full);
        watch->look();
        await("SELECT count(*) FROM navette.sync_cursors WHERE requested IS NULL");
    }

    std::string jobs() {
        return database_.value(
            "SELECT string_agg(operation || ' ' || entity_id, ', ' ORDER BY id) FROM navette.sync_queue"
        );
    }

    config::SourceSettings settings_;
    Database queue_{context_.get_executor(), database_.url()};
};

TEST_F(SourceWatchTest, WhatTriggersCaptureBecomesAJobWithoutASweep) {
    attach(database_);
    const auto watch = start();
    await_watching();
    database_.exec("INSERT INTO orders (id) VALUES (1), (2)");
    await("SELECT count(*) FROM navette.sync_queue", 2);
    database_.exec("UPDATE orders SET status = 'paid' WHERE id = 2");
    await("SELECT count(*) FROM navette.sync_queue", 3);
    EXPECT_EQ(
        database_.value("SELECT data ->> 'status' FROM navette.sync_queue ORDER BY id DESC LIMIT 1"), "paid"
    );
    await("SELECT count(*) FROM navette.captured", 0);
    await("SELECT keys_captured FROM navette.sync_cursors", 3);
}

TEST_F(SourceWatchTest, ASleepingWatchIsWokenByATriggerInAnotherDatabase) {
    TestDatabase shop(false);
    make_orders(shop);
    settings_.connection = shop.url();
    attach(shop);
    const auto watch = start();
    await_watching();
    await_asleep(shop);
    shop.exec("INSERT INTO orders (id) VALUES (1)");
    await("SELECT count(*) FROM navette.sync_queue", 1);
    await(shop, "SELECT count(*) FROM navette.captured", 0);
    await_asleep(shop);
    watch->stop();
    EXPECT_EQ(shop.number("SELECT count(*) FROM navette.captures WHERE asleep"), 0)
        << "nobody hears the triggers any more";
}

TEST_F(SourceWatchTest, ATransactionThatCommitsLongAfterItsTriggersRanIsFound) {
    attach(database_);
    const auto watch = start();
    await_watching();
    pqxx::connection application(database_.url());
    pqxx::work late(application);
    late.exec("INSERT INTO orders (id) VALUES (1)");
    database_.exec("INSERT INTO orders (id) VALUES (2)");
    await("SELECT count(*) FROM navette.sync_queue", 1);
    await_asleep(database_);
    late.commit();
    await("SELECT count(*) FROM navette.sync_queue", 2);
    EXPECT_EQ(jobs(), "upsert 2, upsert 1");
}

TEST_F(SourceWatchTest, ACapturedDeleteIsTold) {
    attach(database_);
    const auto watch = start();
    await_watching();
    database_.exec("INSERT INTO orders (id) VALUES (1), (2)");
    await("SELECT count(*) FROM navette.sync_queue", 2);
    database_.exec("DELETE FROM orders WHERE id = 1");
    await("SELECT count(*) FROM navette.sync_queue", 3);
    database_.exec("UPDATE orders SET status = 'draft' WHERE id = 2");
    await("SELECT keys_captured FROM navette.sync_cursors", 4);
    EXPECT_EQ(jobs(), "upsert 1, upsert 2, delete 1") << "a row that merely left the query is not deleted";
}

TEST_F(SourceWatchTest, WhatTheQueryYieldsNoLongerIsToldOnceByASourceThatTells) {
    settings_.capture.clear();
    settings_.deletes = config::SourceDeletes::tell;
    settings_.page = 2;
    database_.exec("INSERT INTO orders (id) SELECT n FROM generate_series(1, 5) n");
    const auto watch = start();
    await("SELECT count(*) FROM navette.sync_cursors WHERE last_full_at IS NOT NULL");
    database_.exec("DELETE FROM orders WHERE id = 2");
    database_.exec("UPDATE orders SET status = 'draft' WHERE id = 5");
    sweep(*watch, true);
    EXPECT_EQ(
        database_.value(
            "SELECT string_agg(entity_id, ',' ORDER BY id) FROM navette.sync_queue WHERE operation = 'delete'"
        ),
        "2,5"
    );
    sweep(*watch, true);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue WHERE operation = 'delete'"), 2);
}

TEST_F(SourceWatchTest, WhereRowsVanishInNumbersAPersonIsAskedBeforeTheirDeletesAreTold) {
    settings_.capture.clear();
    settings_.deletes = config::SourceDeletes::tell;
    settings_.max_pending = 10'000;
    const auto deletes = "SELECT count(*) FROM navette.sync_queue WHERE operation = 'delete'";
    database_.exec("INSERT INTO orders (id) SELECT n FROM generate_series(1, 600) n");
    const auto watch = start();
    await("SELECT count(*) FROM navette.sync_cursors WHERE last_full_at IS NOT NULL");
    database_.exec("DELETE FROM orders WHERE id > 500");
    sweep(*watch, true);
    EXPECT_EQ(database_.number(deletes), 100) << "not more than a hundred";
    database_.exec("DELETE FROM orders WHERE id <= 101");
    sweep(*watch, true);
    EXPECT_EQ(database_.number(deletes), 100);
    EXPECT_EQ(
        database_.value("SELECT vanished FROM navette.sync_cursors"),
        "101 of 500 rows vanished, no delete was told; if they were deleted: navettectl source run orders "
        "--deletes"
    );
    database_.exec("UPDATE navette.sync_cursors SET deletes_approved = true");
    sweep(*watch, true);
    EXPECT_EQ(database_.number(deletes), 201);
    EXPECT_EQ(database_.value("SELECT concat(vanished, deletes_approved) FROM navette.sync_cursors"), "f");
}

TEST_F(SourceWatchTest, ByDefaultWhatTheQueryYieldsNoLongerIsIgnored) {
    settings_.capture.clear();
    database_.exec("INSERT INTO orders (id) VALUES (1)");
    const auto watch = start();
    await("SELECT count(*) FROM navette.sync_cursors WHERE last_full_at IS NOT NULL");
    database_.exec("DELETE FROM orders");
    sweep(*watch, true);
    EXPECT_EQ(jobs(), "upsert 1");
}

TEST_F(SourceWatchTest, ASweepFindsWhatADisabledTriggerMissed) {
    attach(database_);
    const auto watch = start();
    await_watching();
    database_.exec("ALTER TABLE orders DISABLE TRIGGER USER");
    database_.exec("INSERT INTO orders (id) VALUES (1)");
    database_.exec("ALTER TABLE orders ENABLE TRIGGER USER");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.captured"), 0);
    sweep(*watch, false);
    EXPECT_EQ(jobs(), "upsert 1");
}

TEST_F(SourceWatchTest, ATruncatedTableIsLookedAtAsAWhole) {
    settings_.deletes = config::SourceDeletes::tell;
    attach(database_);
    database_.exec("INSERT INTO orders (id) VALUES (1), (2)");
    const auto watch = start();
    await_watching();
    database_.exec("BEGIN; TRUNCATE orders; INSERT INTO orders (id) VALUES (2), (3); COMMIT");
    await("SELECT count(*) FROM navette.sync_queue WHERE operation = 'delete'", 1);
    await("SELECT count(*) FROM navette.sync_queue WHERE entity_id = '3'", 1);
    EXPECT_EQ(database_.value("SELECT entity_id FROM navette.sync_queue WHERE operation = 'delete'"), "1");
}

TEST_F(SourceWatchTest, WithoutAChangeColumnTriggersAndFullRunsDo) {
    settings_.change_column.clear();
    settings_.page = 2;
    attach(database_);
    database_.exec("INSERT INTO orders (id) SELECT n FROM generate_series(1, 5) n");
    const auto watch = start();
    await_watching();
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 5);
    database_.exec("UPDATE orders SET status = 'paid' WHERE id = 3");
    await("SELECT count(*) FROM navette.sync_queue", 6);
}

TEST_F(SourceWatchTest, TriggersThatAreMissingAreToldAndTakeNothingFromSweeps) {
    database_.exec("INSERT INTO orders (id) VALUES (1)");
    const auto watch = start();
    await("SELECT count(*) FROM navette.sync_cursors WHERE capture = 'missing' AND last_full_at IS NOT NULL");
    EXPECT_EQ(jobs(), "upsert 1");
    attach(database_);
    ask(false);
    (*watch)->look();
    await("SELECT count(*) FROM navette.sync_cursors WHERE capture = 'attached'");
    database_.exec("INSERT INTO orders (id) VALUES (2)");
    await("SELECT count(*) FROM navette.sync_queue", 2);
}

TEST_F(SourceWatchTest, AFullQueueStopsTheSourceAndItGoesOnBelowHalf) {
    settings_.max_pending = 10;
    settings_.page = 4;
    settings_.capture.clear();
    database_.exec("INSERT INTO orders (id) SELECT n FROM generate_series(1, 60) n");
    const auto watch = start();
    const std::string paused("SELECT count(*) FROM navette.sync_cursors WHERE paused_at IS NOT NULL");
    await(paused);
    int rounds = 0;
    while (database_.number("SELECT count(*) FROM navette.sync_cursors WHERE last_full_at IS NOT NULL") == 0
    ) {
        ASSERT_LT(++rounds, 30);
        const auto filled = database_.number("SELECT count(*) FROM navette.sync_queue");
        EXPECT_LE(filled, settings_.max_pending + settings_.page);
        // A few are done: not enough to go on, then enough.
        database_.exec(
            "DELETE FROM navette.sync_queue WHERE id IN (SELECT id FROM navette.sync_queue LIMIT 2)"
        );
        database_.exec("DELETE FROM navette.sync_queue");
        await(paused, 0);
        test::run_until(context_, [&] {
            return database_.number(
                       "SELECT count(*) FROM navette.sync_cursors WHERE paused_at IS NOT NULL OR "
                       "last_full_at "
                       "IS NOT NULL"
                   ) == 1;
        });
    }
    EXPECT_EQ(database_.number("SELECT rows_queued FROM navette.sync_cursors"), 60);
    EXPECT_GT(rounds, 3);
}

TEST_F(SourceWatchTest, WhatIsCapturedMeanwhileStaysWhereItIs) {
    settings_.max_pending = 3;
    attach(database_);
    const auto watch = start();
    await_watching();
    database_.exec("INSERT INTO orders (id) VALUES (1), (2), (3)");
    await("SELECT count(*) FROM navette.sync_queue", 3);
    database_.exec("INSERT INTO orders (id) VALUES (4)");
    await("SELECT count(*) FROM navette.sync_cursors WHERE paused_at IS NOT NULL");
    EXPECT_EQ(database_.value("SELECT key FROM navette.captured"), "4");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 3);
    database_.exec("DELETE FROM navette.sync_queue");
    await("SELECT count(*) FROM navette.sync_queue", 1);
    await("SELECT count(*) FROM navette.captured", 0);
}

TEST_F(SourceWatchTest, AFullRunThatIsCutShortGoesOnWhereItWas) {
    settings_.max_pending = 10;
    settings_.page = 5;
    settings_.capture.clear();
    database_.exec("INSERT INTO orders (id) SELECT n FROM generate_series(1, 40) n");
    {
        const auto watch = start();
        await("SELECT count(*) FROM navette.sync_cursors WHERE paused_at IS NOT NULL");
    }
    EXPECT_EQ(database_.value("SELECT full_position ->> 1 FROM navette.sync_cursors"), "10");
    database_.exec("DELETE FROM navette.sync_queue");
    settings_.max_pending = 1000;
    const auto watch = start();
    await("SELECT count(*) FROM navette.sync_cursors WHERE last_full_at IS NOT NULL");
    EXPECT_EQ(database_.number("SELECT min(entity_id::integer) FROM navette.sync_queue"), 11);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 30);
    EXPECT_EQ(database_.value("SELECT full_position FROM navette.sync_cursors"), "");
}

}  // namespace
}  // namespace navette::engine
