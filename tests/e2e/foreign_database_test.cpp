// A database that is set up for somebody else's applications: navette works by its own settings, through a
// pooler that lends whole sessions too, and refuses one that lends them for a transaction.
#include "tests/support/fleet.hpp"
#include "tests/support/pooler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace navette::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kPending = "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'";

FleetWishes two_nodes() {
    FleetWishes wishes;
    wishes.nodes = 2;
    wishes.tenants = 8;
    wishes.accounts = 8;
    return wishes;
}

void enqueue(TestDatabase& database, int first, int last) {
    database.exec(
        "SELECT navette.enqueue('t' || n % 8, 'note.made', 'note', n::text, jsonb_build_object('seq', n)) "
        "FROM generate_series(" +
        std::to_string(first) + ", " + std::to_string(last) + ") n"
    );
}

TEST(ForeignDatabase, WhatAServerSetsForItsApplicationsHindersNobodysWork) {
    TestDatabase database;
    for (const auto* const setting :
         {"default_transaction_isolation = 'serializable'",
          "default_transaction_deferrable = on",
          "idle_session_timeout = '200ms'",
          "idle_in_transaction_session_timeout = '200ms'",
          "lock_timeout = '1ms'",
          "synchronous_commit = off",
          "row_security = off",
          "bytea_output = 'escape'",
          "timezone = 'Asia/Kolkata'",
          "datestyle = 'German'",
          "intervalstyle = 'iso_8601'",
          "extra_float_digits = -5"}) {
        database.set_default(setting);
    }
    ProbeServer probe;
    Fleet fleet(database, probe, two_nodes());
    fleet.start_all();
    enqueue(database, 1, 400);
    database.await_number(kPending, 0);
    // Longer than a session may rest here: whoever listens still hears.
    database.exec("SELECT pg_sleep(0.5)");
    enqueue(database, 401, 800);
    database.await_number(kPending, 0);
    fleet.kill(1);
    enqueue(database, 801, 1200);
    database.await_number(kPending, 0);

    const auto history = probe.history();
    EXPECT_EQ(history.kinds.at("notes").size(), 1200U);
    EXPECT_EQ(history.duplicates(), 0);
    EXPECT_THAT(fleet.log(0), Not(HasSubstr(" warning ")));
    EXPECT_EQ(fleet.stop(0), 0);
}

TEST(ForeignDatabase, WholeSessionsFromAPoolerServeAsWellAsPostgresqlsOwn) {
    TestDatabase database;
    database.set_default("default_transaction_isolation = 'serializable'");
    database.set_default("timezone = 'Asia/Kolkata'");
    const Pooler pooler("session");
    ProbeServer probe;
    auto wishes = two_nodes();
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

TEST(ForeignDatabase, SessionsLentForOneTransactionAreRefusedAtTheStart) {
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
