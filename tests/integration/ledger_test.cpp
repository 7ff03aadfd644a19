// What is accepted is written into the ledger in the same transaction, whoever puts it into the queue.
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

namespace navette::test {
namespace {

class LedgerTest : public SchemaTest {
  protected:
    LedgerTest() {
        add_platform("shop", "{order.*}");
        add_integration("acme", "int_1");
        add_integration("acme", "int_2");
    }

    /// All that the ledger holds of an integration: "ranges|count" of each entry.
    std::string entries(const std::string& integration) {
        return database_.value(
            "SELECT string_agg(jobs || '|' || count, ' ' ORDER BY lower(jobs)) FROM navette.ledger WHERE "
            "integration_id = '" +
            integration + "'"
        );
    }

    /// Jobs that stand in the queue or in the ledger, but not in both.
    long unbooked() {
        return database_.number(
            "WITH booked AS (SELECT tenant_id, integration_id, generate_series(lower(r), upper(r) - 1) AS id "
            "FROM navette.ledger, unnest(jobs) r) SELECT count(*) FROM booked FULL JOIN navette.sync_queue q "
            "USING (tenant_id, integration_id, id) WHERE booked.id IS NULL OR q.status IS NULL"
        );
    }
};

TEST_F(LedgerTest, HasOneEntryForEachStatementAndIntegration) {
    database_.exec("SELECT navette.enqueue('acme', 'order.paid', 'order', '1', integration => 'int_1')");
    database_.exec("SELECT navette.enqueue_many('acme', 'order.paid', 'order', '{2,3,4}')");
    EXPECT_EQ(entries("int_1"), "{[1,2)}|1 {[2,5)}|3");
    EXPECT_EQ(entries("int_2"), "{[5,8)}|3");
    EXPECT_EQ(unbooked(), 0);
}

TEST_F(LedgerTest, BooksEveryWayIntoTheQueue) {
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
        "SELECT 'acme', 'int_' || 1 + n % 2, 'order.paid', 'order', n::text FROM generate_series(1, 5) n"
    );
    database_.exec(
        "INSERT INTO navette.integration_sync_queue (id, integration_id, tenant_id, event_type, event_data) "
        "VALUES ('q1', 'int_1', 'acme', 'order.paid', '{}')"
    );
    EXPECT_EQ(entries("int_1"), "{[2,3),[4,5)}|2 {[6,7)}|1") << "ids of others lie between";
    EXPECT_EQ(entries("int_2"), "{[1,2),[3,4),[5,6)}|3");
    EXPECT_EQ(unbooked(), 0);
}

TEST_F(LedgerTest, WhatAnApplicationReplaysIsDeferredAndWhatItDeletesLeavesAFinalRow) {
    database_.exec(
        "INSERT INTO navette.integration_sync_queue (id, integration_id, tenant_id, event_type, event_data, "
        "scheduled_at) VALUES ('q1', 'int_1', 'acme', 'order.paid', '{}', NULL), ('q2', 'int_1', 'acme', "
        "'order.paid', '{}', '2099-01-01T00:00:00.000Z')"
    );
    const auto deferred = [&] {
        return database_.value("SELECT string_agg(deferred::text, ' ' ORDER BY id) FROM navette.sync_queue");
    };
    EXPECT_EQ(deferred(), "false true");
    database_.exec(
        "UPDATE navette.sync_queue SET status = 'failed', failed_at = now() WHERE external_id = 'q1'"
    );
    database_.exec("UPDATE navette.integration_sync_queue SET status = 'pending' WHERE id = 'q1'");
    EXPECT_EQ(deferred(), "true true");
    database_.exec("DELETE FROM navette.integration_sync_queue WHERE id = 'q1'");
    EXPECT_EQ(
        database_.value("SELECT concat_ws('|', job_id, status, final, external_id) FROM navette.sync_logs"),
        "1|cancelled|t|q1"
    );
}

TEST_F(LedgerTest, IsPartOfTheCallersTransaction) {
    pqxx::connection application(database_.url());
    pqxx::work work(application);
    work.exec("SELECT navette.enqueue('acme', 'order.paid', 'order', '1')");
    work.abort();
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.ledger"), 0);
}

TEST_F(LedgerTest, ARoleThatMayWriteTheQueueNeedsNoRightOnTheLedger) {
    const auto role = "ledger_writer_" + std::to_string(getpid());
    database_.exec("CREATE ROLE " + role);
    database_.exec("GRANT USAGE ON SCHEMA navette TO " + role);
    database_.exec("GRANT INSERT ON navette.sync_queue TO " + role);
    {
        pqxx::connection application(database_.url());
        pqxx::nontransaction work(application);
        work.exec("SET ROLE " + role);
        work.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
            "VALUES ('acme', 'int_1', 'order.paid', 'order', '1')"
        );
        EXPECT_THROW(work.exec("DELETE FROM navette.ledger"), pqxx::insufficient_privilege);
    }
    EXPECT_EQ(entries("int_1"), "{[1,2)}|1");
    database_.exec("DROP OWNED BY " + role);
    database_.exec("DROP ROLE " + role);
}

TEST_F(LedgerTest, LivesAsLongAsTheSyncLogs) {
    const auto day = database_.value("SELECT ((now() AT TIME ZONE 'UTC')::date - 5)::text");
    const auto part = "ledger_" + database_.value("SELECT to_char('" + day + "'::date, 'YYYYMMDD')");
    database_.exec(
        "CREATE TABLE navette." + part + " PARTITION OF navette.ledger FOR VALUES FROM ('" + day +
        " 00:00+00') TO ('" + day + " 23:00+00')"
    );
    EXPECT_EQ(
        database_.number("SELECT count(*) FROM navette.drop_log_partitions('webhook_logs', '3 days')"), 0
    );
    EXPECT_EQ(database_.value("SELECT navette.drop_log_partitions('sync_logs', '3 days')"), part);
    EXPECT_EQ(
        database_.number("SELECT count(*) FROM pg_inherits WHERE inhparent = 'navette.ledger'::regclass"), 9
    ) << "the default one, today's and a week's";
}

TEST_F(LedgerTest, ADayOfTheLogGetsItsIndexWhenItIsOver) {
    for (const int days : {3, 2}) {
        const auto day =
            database_.value("SELECT ((now() AT TIME ZONE 'UTC')::date - " + std::to_string(days) + ")::text");
        database_.exec(
            "CREATE TABLE navette.sync_logs_" +
            database_.value("SELECT to_char('" + day + "'::date, 'YYYYMMDD')") +
            " PARTITION OF navette.sync_logs FOR VALUES FROM ('" + day + " 00:00+00') TO ('" + day +
            " 23:00+00')"
        );
    }
    const auto name = [&](int days) {
        return database_.value(
            "SELECT 'sync_logs_' || to_char((now() AT TIME ZONE 'UTC')::date - " + std::to_string(days) +
            ", 'YYYYMMDD')"
        );
    };
    EXPECT_EQ(database_.value("SELECT navette.index_closed_log_days()"), name(2)) << "the youngest first";
    EXPECT_EQ(database_.value("SELECT navette.index_closed_log_days()"), name(3));
    EXPECT_EQ(database_.value("SELECT navette.index_closed_log_days()"), "");
    EXPECT_EQ(
        database_.number("SELECT count(*) FROM pg_indexes WHERE indexname = '" + name(2) + "_integration'"), 1
    );
}

}  // namespace
}  // namespace navette::test
