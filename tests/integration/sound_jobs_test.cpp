// What may stand in the queue is held by triggers instead of CHECK constraints (docs/adr/0017): whoever
// writes, one job or many, new or changed.
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace navette::test {
namespace {

using ::testing::HasSubstr;

/// A column, a value that is not allowed there, and what the refusal says of it.
struct Unsound {
    std::string column;
    std::string value;
    std::string reason;
};

const std::vector<Unsound>& unsound() {
    static const std::vector<Unsound> kAll{
        {"tenant_id", "''", "must not be empty"},
        {"event_type", "''", "must not be empty"},
        {"entity_type", "''", "must not be empty"},
        {"entity_id", "''", "must not be empty"},
        {"priority", "0", "priority 0 is not between 1 and 10"},
        {"priority", "11", "priority 11 is not between 1 and 10"},
        {"max_retries", "-1", "max_retries -1 is not between 0 and 100"},
        {"max_retries", "101", "max_retries 101 is not between 0 and 100"},
        {"operation", "'wipe'", "operation \"wipe\" is none of upsert, create, update, delete"},
        {"direction", "'up'", "direction \"up\" is neither to_platform nor from_platform"},
        {"status", "'gone'", "status \"gone\" is neither pending nor failed"},
    };
    return kAll;
}

class SoundJobsTest : public SchemaTest {
  protected:
    SoundJobsTest() {
        add_platform("shop", "{order.*}");
        add_integration("acme", "int_1");
    }

    /// Why PostgreSQL refuses the statement; empty where it does not.
    std::string refusal(const std::string& sql) {
        try {
            database_.exec(sql);
        } catch (const pqxx::check_violation& error) {
            return error.what();
        }
        return {};
    }

    /// Rows of these ids of records, sound but for one column of the last.
    static std::string insert(const std::vector<std::string>& ids, const Unsound& wrong) {
        std::string rows;
        for (const auto& id : ids) {
            rows += rows.empty() ? "" : ", ";
            rows += "('acme', 'int_1', 'order.paid', 'order', '" + id +
                    "', 5, 3, 'upsert', 'to_platform', 'pending')";
        }
        return "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, "
               "entity_id, "
               "priority, max_retries, operation, direction, status) SELECT " +
               in_last("tenant_id", wrong) + ", integration_id, " + in_last("event_type", wrong) + ", " +
               in_last("entity_type", wrong) + ", " + in_last("entity_id", wrong) + ", " +
               in_last("priority", wrong) + ", " + in_last("max_retries", wrong) + ", " +
               in_last("operation", wrong) + ", " + in_last("direction", wrong) + ", " +
               in_last("status", wrong) + " FROM (VALUES " + rows +
               ") AS r (tenant_id, integration_id, event_type, entity_type, entity_id, priority, "
               "max_retries, "
               "operation, direction, status)";
    }

    std::string held() {
        return database_.value(
            "SELECT concat((SELECT count(*) FROM navette.sync_queue), ' ', (SELECT count(*) FROM "
            "navette.ledger))"
        );
    }

  private:
    static std::string in_last(const std::string& column, const Unsound& wrong) {
        return column != wrong.column
                   ? column
                   : "CASE WHEN entity_id = 'last' THEN " + wrong.value + " ELSE " + column + " END";
    }
};

TEST_F(SoundJobsTest, AJobWithAValueThatIsNotAllowedIsRefusedWithTheReason) {
    for (const auto& wrong : unsound()) {
        EXPECT_THAT(refusal(insert({"last"}, wrong)), HasSubstr(wrong.reason)) << wrong.column;
    }
    EXPECT_EQ(held(), "0 0");
}

TEST_F(SoundJobsTest, OneUnsoundJobAmongManyRefusesTheStatement) {
    for (const auto& wrong : unsound()) {
        EXPECT_THAT(refusal(insert({"1", "2", "last"}, wrong)), HasSubstr(wrong.reason)) << wrong.column;
    }
    EXPECT_EQ(held(), "0 0");
}

TEST_F(SoundJobsTest, AJobInTheQueueCannotBecomeUnsound) {
    database_.exec("SELECT navette.enqueue('acme', 'order.paid', 'order', '1')");
    for (const auto& wrong : unsound()) {
        EXPECT_THAT(
            refusal("UPDATE navette.sync_queue SET " + wrong.column + " = " + wrong.value),
            HasSubstr(wrong.reason)
        ) << wrong.column;
    }
    EXPECT_EQ(
        refusal("UPDATE navette.sync_queue SET status = 'failed', priority = 10, max_retries = NULL, "
                "operation = 'delete'"),
        ""
    );
    EXPECT_EQ(held(), "1 1");
}

TEST_F(SoundJobsTest, WhatIsSoundAtTheEdgesIsTaken) {
    for (const auto& edge : std::vector<Unsound>{
             {"priority", "1", ""},
             {"priority", "10", ""},
             {"max_retries", "0", ""},
             {"max_retries", "100", ""},
             {"max_retries", "NULL", ""},
             {"operation", "'create'", ""},
             {"operation", "'update'", ""},
             {"operation", "'delete'", ""},
             {"direction", "'from_platform'", ""},
             {"status", "'failed'", ""}
         }) {
        EXPECT_EQ(refusal(insert({"last"}, edge)), "") << edge.column << ' ' << edge.value;
        EXPECT_EQ(refusal(insert({"1", "last"}, edge)), "") << edge.column << ' ' << edge.value;
    }
    EXPECT_EQ(held(), "30 20");
}

TEST_F(SoundJobsTest, EnqueueRefusesWhatTheQueueRefuses) {
    EXPECT_THAT(
        refusal("SELECT navette.enqueue('acme', 'order.paid', 'order', '7', priority => 11)"),
        HasSubstr("refuses the job of tenant \"acme\" for order \"7\": priority 11 is not between 1 and 10")
    );
    EXPECT_THAT(
        refusal("SELECT navette.enqueue_many('acme', 'order.paid', 'order', '{7,8}', operation => 'wipe')"),
        HasSubstr("operation \"wipe\" is none of")
    );
    EXPECT_EQ(held(), "0 0");
}

// navette.enqueue works with its owner's rights and sets no search_path of its own: what the caller's path
// offers must never run with these rights.
TEST_F(SoundJobsTest, NothingOfTheCallersSearchPathRunsInEnqueue) {
    database_.exec(R"sql(
CREATE SCHEMA evil;
CREATE TABLE evil.ran (what text);
CREATE FUNCTION evil.differs(a text, b text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN INSERT INTO evil.ran VALUES ('operator'); RETURN a IS DISTINCT FROM b; END $$;
CREATE FUNCTION evil.hashtextextended(a text, b bigint) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN RAISE 'the function of another schema ran'; END $$;
CREATE FUNCTION evil.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN RAISE 'the clock of another schema ran'; END $$;
CREATE FUNCTION evil.string_to_array(a text, b text) RETURNS text[] LANGUAGE plpgsql AS $$ BEGIN RAISE 'it ran'; END $$;
CREATE OPERATOR evil.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.differs);
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.differs);
CREATE DOMAIN evil.text AS integer;
CREATE DOMAIN evil.record AS integer;
CREATE DOMAIN evil.jsonb AS integer;
)sql");
    pqxx::connection caller(database_.url());
    pqxx::work work(caller);
    work.exec("SET LOCAL search_path = evil, pg_catalog");
    work.exec("SELECT navette.enqueue('acme', 'order.paid', 'order', '1')");
    work.exec("SELECT navette.enqueue('acme', 'order.paid', 'order', '2', integration => 'int_1')");
    work.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
        "VALUES ('acme', 'int_1', 'order.paid', 'order', '3'), ('acme', 'int_1', 'order.paid', 'order', '4')"
    );
    work.commit();
    EXPECT_EQ(database_.number("SELECT count(*) FROM evil.ran"), 0);
    EXPECT_EQ(held(), "4 3");
}

}  // namespace
}  // namespace navette::test
