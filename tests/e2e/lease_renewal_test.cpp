// A node's lease is kept whatever its other statements wait for.
#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <pqxx/pqxx>

namespace navette::test {
namespace {

constexpr const char* kSource = R"(sources:
  rows:
    tenant: t0
    entity_type: item
    key: id
    change_column: changed_at
    every: 1s
    query: SELECT id, seq, changed_at FROM item_rows
)";

TEST(LeaseRenewal, AStatementThatWaitsForALockCostsNoLease) {
    TestDatabase database;
    database.exec("CREATE TABLE item_rows (id text PRIMARY KEY, seq int, changed_at timestamptz)");
    ProbeServer probe;
    FleetWishes wishes;
    wishes.settings = kSource;
    Fleet fleet(database, probe, wishes);
    fleet.start_all();
    database.await_number(
        "SELECT count(*) FROM navette.sync_cursors WHERE name = 'rows' AND last_full_at IS NOT NULL", 1
    );

    pqxx::connection somebody(database.url());
    pqxx::work holding(somebody);
    holding.exec("LOCK TABLE navette.sync_cursors IN ACCESS EXCLUSIVE MODE");
    database.await_number(
        "SELECT least(count(*), 1) FROM pg_stat_activity WHERE application_name = 'navette' AND "
        "wait_event_type = 'Lock'",
        1
    );
    const auto since = database.value("SELECT clock_timestamp()");
    // Three times the lease.
    database.await_number(
        "SELECT count(*) FROM navette.nodes WHERE expires_at > '" + since + "'::timestamptz + interval '4 s'",
        1
    );
    database.exec("SELECT navette.enqueue('t0', 'note.made', 'note', '1', '{\"seq\": 1}')");
    probe.await_creates("notes", 1);
    holding.commit();
    EXPECT_THAT(fleet.log(0), testing::Not(testing::HasSubstr("lease ran out")));
    EXPECT_EQ(database.number("SELECT max(epoch) FROM navette.leases"), 1);
}

}  // namespace
}  // namespace navette::test
