// PgBouncer between navetted and PostgreSQL: welcome where it lends whole sessions, refused where it lends
// them out for one transaction.
#include "tests/support/pooler.hpp"

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>

namespace navette::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kPending = "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'";

void enqueue(TestDatabase& database, int first, int last) {
    database.exec(
        "SELECT navette.enqueue('t' || n % 8, 'note.made', 'note', n::text, jsonb_build_object('seq', n)) "
        "FROM generate_series(" +
        std::to_string(first) + ", " + std::to_string(last) + ") n"
    );
}

TEST(PoolerTest, WholeSessionsFromAPoolerServeAsWellAsPostgresqlsOwn) {
    TestDatabase database;
    database.set_default("default_transaction_isolation = 'serializable'");
    database.set_default("timezone = 'Asia/Kolkata'");
    const Pooler pooler("session");
    ProbeServer probe;
    FleetWishes wishes;
    wishes.nodes = 2;
    wishes.tenants = 8;
    wishes.accounts = 8;
    wishes.database = pooler.url(database);
    Fleet fleet(database, probe, wishes);
    fleet.start_all();
    enqueue(database, 1, 400);
    database.await_number(kPending, 0);
    fleet.kill(1);
    enqueue(database, 401, 800);
    database.await_number(kPending, 0);
    const auto history = probe.history();
    EXPECT_EQ(history.kinds.at("notes").size(), 800U);
    EXPECT_EQ(history.duplicates(), 0);
    EXPECT_THAT(fleet.log(0), Not(HasSubstr(" warning ")));
    fleet.start(1);
    EXPECT_EQ(fleet.stop(1), 0);
    EXPECT_EQ(fleet.stop(0), 0);
}

TEST(PoolerTest, SessionsLentForOneTransactionAreRefusedAtTheStart) {
    TestDatabase database;
    const Pooler pooler("transaction");
    ProbeServer probe;
    FleetWishes wishes;
    wishes.tenants = 0;
    wishes.database = pooler.url(database);
    Fleet fleet(database, probe, wishes);
    fleet.launch(0);
    EXPECT_EQ(fleet.await_end(0), 75) << "systemd tries again";
    EXPECT_THAT(fleet.log(0), HasSubstr("pool_mode = transaction"));
    EXPECT_THAT(fleet.log(0), HasSubstr("connect to PostgreSQL itself"));
}

}  // namespace
}  // namespace navette::test
