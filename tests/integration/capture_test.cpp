// Triggers on real tables: what they capture, what attaching refuses, and that detaching leaves nothing.
#include "daemon/store/capture.hpp"

#include "daemon/store/admin_capture.hpp"
#include "daemon/store/listener.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::must;
using test::TestDatabase;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Tables = std::vector<std::pair<std::string, std::string>>;

class CaptureTest : public test::SchemaTest {
  protected:
    CaptureTest() {
        shop_.exec("CREATE TABLE orders (id integer PRIMARY KEY, status text, note text)");
        shop_.exec("CREATE TABLE order_lines (id integer PRIMARY KEY, order_id integer, amount integer)");
    }

    core::Result<std::vector<std::string>> try_attach(
        const Tables& tables, bool dry_run = false, const std::string& as = {}
    ) {
        auto session = must(AdminSession::open(shop_.url() + as));
        CaptureRequest request;
        request.source = "orders";
        request.definition = "[]";
        request.tables = tables;
        request.reader = reader_;
        return attach_capture(session, request, dry_run);
    }
    void attach(const Tables& tables = {{"orders", "id"}}) { must(try_attach(tables)); }

    std::vector<std::string> detach(bool dry_run = false) {
        auto session = must(AdminSession::open(shop_.url()));
        return must(detach_capture(session, "orders", dry_run));
    }

    /// What was captured since the last call: "7", "7 deleted", "everything", in no order.
    std::vector<std::string> captured() {
        std::vector<std::string> all;
        const auto rows = shop_.exec(
            "SELECT coalesce(key, 'everything') || CASE WHEN deleted THEN ' deleted' ELSE '' END AS text "
            "FROM navette.captured WHERE source = 'orders' ORDER BY 1"
        );
        for (const auto& row : rows) {
            all.emplace_back(row[0].c_str());
        }
        shop_.exec("DELETE FROM navette.captured");
        return all;
    }

    /// All of the database that attaching could leave behind.
    std::string traces() {
        return shop_.value(
            "SELECT (SELECT count(*) FROM pg_class) || ' ' || (SELECT count(*) FROM pg_proc) || ' ' || "
            "(SELECT count(*) FROM pg_trigger) || ' ' || (SELECT string_agg(nspname, ',' ORDER BY nspname) "
            "FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp')"
        );
    }

    /// A role that may read the shop's tables and nothing else.
    void add_reader(const std::string& name) {
        shop_.exec(
            "DO $$ BEGIN CREATE ROLE " + name +
            " LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        );
        shop_.exec("GRANT SELECT ON orders, order_lines TO " + name);
    }

    TestDatabase shop_{false};
    std::string reader_ = "navette";
};

TEST_F(CaptureTest, WhatAStatementWritesIsCapturedByItsKeys) {
    attach();
    shop_.exec("INSERT INTO orders (id, status) SELECT n, 'new' FROM generate_series(1, 3) n");
    EXPECT_THAT(captured(), ElementsAre("1", "2", "3"));
    shop_.exec("UPDATE orders SET status = 'paid' WHERE id <> 2");
    EXPECT_THAT(captured(), ElementsAre("1", "3"));
    shop_.exec("DELETE FROM orders WHERE id = 3");
    EXPECT_THAT(captured(), ElementsAre("3 deleted"));
    shop_.exec("UPDATE orders SET status = 'paid' WHERE id = 99");
    EXPECT_THAT(captured(), IsEmpty());
}

TEST_F(CaptureTest, ARowThatGetsAnotherKeyIsANewOneAndADeletedOne) {
    attach();
    shop_.exec("INSERT INTO orders (id) VALUES (1), (2)");
    captured();
    shop_.exec("UPDATE orders SET id = 7 WHERE id = 1");
    EXPECT_THAT(captured(), ElementsAre("1 deleted", "7"));
    shop_.exec("UPDATE orders SET id = CASE id WHEN 2 THEN 8 ELSE id END");
    EXPECT_THAT(captured(), ElementsAre("2 deleted", "7", "8"));
}

TEST_F(CaptureTest, TruncateAsksToLookAtEverything) {
    attach();
    shop_.exec("INSERT INTO orders (id) VALUES (1)");
    captured();
    shop_.exec("TRUNCATE orders");
    EXPECT_THAT(captured(), ElementsAre("everything"));
}

TEST_F(CaptureTest, WhatIsRolledBackWasNeverCaptured) {
    attach();
    pqxx::connection application(shop_.url());
    pqxx::work work(application);
    work.exec("INSERT INTO orders (id) VALUES (1)");
    work.abort();
    EXPECT_THAT(captured(), IsEmpty());
}

TEST_F(CaptureTest, ARowOfAnotherTableIsItsOrdersChangeEvenWhenItIsDeleted) {
    attach({{"orders", "id"}, {"public.order_lines", "order_id"}});
    shop_.exec("INSERT INTO order_lines VALUES (1, 7, 5), (2, 7, 6), (3, NULL, 1)");
    EXPECT_THAT(captured(), ElementsAre("7")) << "once for a statement, and not without a key";
    shop_.exec("DELETE FROM order_lines WHERE id = 1");
    EXPECT_THAT(captured(), ElementsAre("7"));
    shop_.exec("UPDATE order_lines SET order_id = 8 WHERE id = 2");
    EXPECT_THAT(captured(), ElementsAre("7", "8"));
}

TEST_F(CaptureTest, AnExpressionFindsTheKeysOfSeveralOrders) {
    shop_.exec("CREATE TABLE customers (id integer PRIMARY KEY, name text)");
    shop_.exec("ALTER TABLE orders ADD COLUMN customer_id integer");
    attach(
        {{"orders", "'LU' || r.id"},
         {"customers", "unnest(ARRAY(SELECT 'LU' || o.id FROM public.orders o WHERE o.customer_id = r.id))"}}
    );
    shop_.exec("INSERT INTO customers VALUES (1, 'a'), (2, 'b')");
    shop_.exec("INSERT INTO orders (id, customer_id) VALUES (10, 1), (11, 1), (12, 2)");
    EXPECT_THAT(captured(), ElementsAre("LU10", "LU11", "LU12"));
    shop_.exec("UPDATE customers SET name = 'c' WHERE id = 1");
    EXPECT_THAT(captured(), ElementsAre("LU10", "LU11"));
}

TEST_F(CaptureTest, NamesThatNeedQuotesWork) {
    shop_.exec(R"(CREATE SCHEMA "Sa""les")");
    shop_.exec(R"(CREATE TABLE "Sa""les"."Or'ders" ("Order No" text, "select" integer))");
    attach({{R"("Sa""les"."Or'ders")", R"(r."Order No")"}});
    shop_.exec(R"(INSERT INTO "Sa""les"."Or'ders" VALUES ('it''s', 1))");
    EXPECT_THAT(captured(), ElementsAre("it's"));
}

TEST_F(CaptureTest, OtherColumnsMayComeAndGo) {
    attach();
    shop_.exec("INSERT INTO orders (id, note) VALUES (1, 'x')");
    shop_.exec("ALTER TABLE orders DROP COLUMN note");
    shop_.exec("ALTER TABLE orders ADD COLUMN total integer DEFAULT 5");
    shop_.exec("ALTER TABLE orders ALTER COLUMN id TYPE bigint");
    captured();
    shop_.exec("UPDATE orders SET total = 6");
    shop_.exec("INSERT INTO orders (id, total) VALUES (2, 7)");
    EXPECT_THAT(captured(), ElementsAre("1", "2"));
}

TEST_F(CaptureTest, APartitionedTableIsCapturedWhicheverWayItsRowsAreWritten) {
    shop_.exec("CREATE TABLE events (id integer, day integer) PARTITION BY RANGE (day)");
    shop_.exec("CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (1) TO (10)");
    attach({{"events", "id"}});
    shop_.exec("CREATE TABLE events_2 PARTITION OF events FOR VALUES FROM (10) TO (20)");
    shop_.exec("INSERT INTO events VALUES (1, 1), (2, 2)");
    EXPECT_THAT(captured(), ElementsAre("1", "2"));
    shop_.exec("INSERT INTO events_1 VALUES (3, 3)");
    shop_.exec("INSERT INTO events_2 VALUES (4, 14)");
    EXPECT_THAT(captured(), ElementsAre("3", "4")) << "written past the parent, into a younger partition too";
    shop_.exec("DELETE FROM events_1 WHERE id = 3");
    EXPECT_THAT(captured(), ElementsAre("3 deleted"));
    shop_.exec("TRUNCATE events");
    EXPECT_THAT(captured(), ElementsAre("everything"));
    detach();
    EXPECT_EQ(shop_.number("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"), 0);
}

TEST_F(CaptureTest, ATransactionThatCommitsLateIsNotMissedForItsSmallerNumber) {
    attach();
    const auto reader = open(shop_.url());
    pqxx::connection slow(shop_.url());
    pqxx::work late(slow);
    late.exec("INSERT INTO orders (id) VALUES (1)");
    shop_.exec("INSERT INTO orders (id) VALUES (2)");

    const auto first = must(run(read_captured(*reader, "orders", 10)));
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first.front().key, "2");
    must(run(forget_captured(*reader, "orders", {first.front().id})));
    late.commit();

    const auto second = must(run(read_captured(*reader, "orders", 10)));
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(second.front().key, "1");
    EXPECT_LT(second.front().id, first.front().id);
}

TEST_F(CaptureTest, OnlyAReaderThatSleepsIsCalledWhenTheTransactionCommits) {
    attach();
    const auto reader = open(shop_.url());
    const auto listener = must(run(Listener::open(context_.get_executor(), shop_.url(), "navette_wake", "")));
    shop_.exec("INSERT INTO orders (id) VALUES (1)");
    shop_.exec("NOTIFY navette_wake, 'mark'");
    EXPECT_THAT(must(run(listener->next())), ElementsAre("mark"));
    must(run(set_capture_asleep(*reader, "orders", true)));
    shop_.exec("UPDATE orders SET status = 'paid' WHERE id = 99");
    shop_.exec("NOTIFY navette_wake, 'mark'");
    EXPECT_THAT(must(run(listener->next())), ElementsAre("mark")) << "nothing was written";
    shop_.exec("INSERT INTO orders (id) VALUES (2), (3)");
    EXPECT_THAT(must(run(listener->next())), ElementsAre("source:orders"));
    listener->close();
}

TEST_F(CaptureTest, AttachingTwiceIsAttachingOnceAndDetachingLeavesNothing) {
    const auto before = traces();
    attach();
    const auto once = traces();
    EXPECT_NE(once, before);
    attach();
    EXPECT_EQ(traces(), once);
    shop_.exec("INSERT INTO orders (id) VALUES (1)");
    EXPECT_THAT(captured(), ElementsAre("1"));
    detach();
    EXPECT_EQ(traces(), before);
    EXPECT_THAT(detach(), IsEmpty());
    shop_.exec("INSERT INTO orders (id) VALUES (2)");
}

TEST_F(CaptureTest, AttachingAnotherTableLetsTheFirstGo) {
    attach({{"orders", "id"}, {"order_lines", "order_id"}});
    attach({{"order_lines", "id"}});
    shop_.exec("INSERT INTO orders (id) VALUES (1)");
    shop_.exec("INSERT INTO order_lines VALUES (5, 7, 1)");
    EXPECT_THAT(captured(), ElementsAre("5"));
    detach();
    EXPECT_EQ(shop_.number("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"), 0);
}

TEST_F(CaptureTest, DetachingOneSourceLeavesTheOthersAlone) {
    attach();
    auto session = must(AdminSession::open(shop_.url()));
    CaptureRequest request;
    request.source = "orders-too";
    request.definition = "[]";
    request.tables = {{"orders", "id"}};
    request.reader = "navette";
    must(attach_capture(session, request, false));
    detach();
    shop_.exec("INSERT INTO orders (id) VALUES (1)");
    EXPECT_EQ(shop_.value("SELECT string_agg(source, ',') FROM navette.captured"), "orders-too");
}

TEST_F(CaptureTest, NavettesOwnSchemaStaysWhenTheLastSourceIsDetached) {
    database_.exec("CREATE TABLE orders (id integer PRIMARY KEY)");
    auto session = must(AdminSession::open(database_.url()));
    CaptureRequest request;
    request.source = "orders";
    request.definition = "[]";
    request.tables = {{"orders", "id"}};
    request.reader = "navette";
    must(attach_capture(session, request, false));
    database_.exec("INSERT INTO orders VALUES (1)");
    EXPECT_EQ(database_.value("SELECT key FROM navette.captured"), "1");
    must(detach_capture(session, "orders", false));
    EXPECT_EQ(database_.value("SELECT to_regclass('navette.captured')"), "");
    EXPECT_NE(database_.value("SELECT to_regclass('navette.sync_queue')"), "");
}

TEST_F(CaptureTest, ADryRunChangesNothingAndWhatItPrintsDoesTheSame) {
    const auto before = traces();
    const auto statements = must(try_attach({{"orders", "id"}}, true));
    EXPECT_EQ(traces(), before);
    std::string script;
    for (const auto& statement : statements) {
        script += statement + ";\n";
    }
    shop_.exec(script);
    shop_.exec("INSERT INTO orders (id) VALUES (1)");
    EXPECT_THAT(captured(), ElementsAre("1"));
    const auto attached = traces();
    EXPECT_THAT(detach(true), ::testing::Not(IsEmpty()));
    EXPECT_EQ(traces(), attached);
}

TEST_F(CaptureTest, WhatCannotBeCapturedIsRefusedWithTheReason) {
    const auto refused = [&](const std::string& table, const std::string& key) {
        const auto tried = try_attach({{table, key}});
        return tried ? "it was attached" : tried.error().message;
    };
    shop_.exec("CREATE VIEW paid AS SELECT * FROM orders");
    EXPECT_THAT(refused("paid", "id"), HasSubstr("public.paid is a view"));
    EXPECT_THAT(refused("nowhere", "id"), HasSubstr("there is no table nowhere"));
    EXPECT_THAT(
        refused("orders", "number"),
        HasSubstr("public.orders has no column 'number'; it has id, status, note")
    );
    EXPECT_THAT(refused("orders", "r.id ||"), HasSubstr("the key 'r.id ||' cannot be read"));
    EXPECT_THAT(
        refused("orders", "(SELECT order_id FROM order_lines LIMIT 1)"), HasSubstr("need their schema's name")
    );
    EXPECT_THAT(
        try_attach({{"orders", "id"}, {"public.orders", "id"}}).error().message, HasSubstr("named twice")
    );
    EXPECT_THAT(refused("orders", "r.nothing + 1"), ::testing::Not(HasSubstr("db migrate")));
    EXPECT_EQ(shop_.value("SELECT to_regnamespace('navette')"), "") << "nothing of it stays";
}

TEST_F(CaptureTest, WithoutTheRightsItSaysWhichAreMissing) {
    add_reader("capture_reader");
    const std::string as(" user=capture_reader");
    const auto schema = try_attach({{"orders", "id"}}, false, as);
    ASSERT_FALSE(schema.has_value());
    EXPECT_EQ(schema.error().kind, core::ErrorKind::permission);
    EXPECT_THAT(schema.error().message, HasSubstr("may not make the schema navette"));
    shop_.exec(
        "DO $$ BEGIN EXECUTE 'GRANT CREATE ON DATABASE ' || current_database() || ' TO capture_reader'; END "
        "$$"
    );
    const auto trigger = try_attach({{"orders", "id"}}, false, as);
    ASSERT_FALSE(trigger.has_value());
    EXPECT_THAT(trigger.error().message, HasSubstr("GRANT TRIGGER ON public.orders TO capture_reader"));
    shop_.exec("GRANT TRIGGER ON orders TO capture_reader");
    reader_ = "capture_reader";
    must(try_attach({{"orders", "id"}}, false, as));
    shop_.exec("INSERT INTO orders (id) VALUES (1)");
    EXPECT_THAT(captured(), ElementsAre("1"));
}

TEST_F(CaptureTest, TheSourcesRoleReadsWhatAnotherRoleAttachedAndTheApplicationNeedsNoRight) {
    add_reader("capture_reader_2");
    add_reader("capture_application");
    shop_.exec("GRANT INSERT ON orders TO capture_application");
    reader_ = "capture_reader_2";
    attach();
    {
        pqxx::connection application(shop_.url() + " user=capture_application");
        pqxx::work work(application);
        work.exec("INSERT INTO orders (id) VALUES (1)");
        work.commit();
    }
    const auto reader = open(shop_.url() + " user=capture_reader_2");
    EXPECT_TRUE(must(run(find_capture(*reader, "orders"))).has_value());
    const auto keys = must(run(read_captured(*reader, "orders", 10)));
    ASSERT_EQ(keys.size(), 1U);
    must(run(set_capture_asleep(*reader, "orders", true)));
    must(run(forget_captured(*reader, "orders", {keys.front().id})));
    EXPECT_THAT(captured(), IsEmpty());
}

TEST_F(CaptureTest, WhereNothingIsAttachedThereIsNoDefinition) {
    const auto reader = open(shop_.url());
    EXPECT_FALSE(must(run(find_capture(*reader, "orders"))).has_value());
    attach();
    EXPECT_EQ(must(run(find_capture(*reader, "orders"))), "[]");
    EXPECT_FALSE(must(run(find_capture(*reader, "others"))).has_value());
}

}  // namespace
}  // namespace navette::store
