// Two daemons of one name: whoever has the name works, whatever order they come in.
#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>

namespace navette::test {
namespace {

constexpr const char* kPending = "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'";
constexpr const char* kOfName =
    "FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = "
    "current_database()) AND ";

void enqueue(TestDatabase& database, int id) {
    database.exec(
        "SELECT navette.enqueue('t0', 'note.made', 'note', '" + std::to_string(id) + "', '{\"seq\": 1}')"
    );
}

// A namesake that started meanwhile takes the name the moment the daemon's connection ends, and registers:
// that removes the row of the one before. Were the daemon to register in its turn, they would do so for ever.
TEST(NodeName, ADaemonThatLostItsNameRestsUntilItIsFreeAgain) {
    TestDatabase database;
    ProbeServer probe;
    Fleet fleet(database, probe);
    fleet.start(0);
    enqueue(database, 1);
    database.await_number(kPending, 0);

    auto namesake = std::make_unique<pqxx::connection>(database.url());
    auto taken = std::async(std::launch::async, [&] {
        pqxx::nontransaction(*namesake).exec("SELECT pg_advisory_lock(hashtextextended('navette.node.n0', 0))"
        );
    });
    database.await_number(std::string("SELECT count(*) ") + kOfName + "NOT granted", 1);
    database.exec(std::string("SELECT pg_terminate_backend(pid) ") + kOfName + "granted");
    taken.get();
    database.exec("DELETE FROM navette.nodes WHERE name = 'n0'");
    fleet.await_log(0, "this daemon rests");
    fleet.await_log(0, "this node's lease ran out");
    enqueue(database, 2);

    namesake.reset();
    database.await_number(kPending, 0);
    EXPECT_EQ(probe.history().duplicates(), 0);
    const auto log = fleet.log(0);
    const auto second = log.find("joined as a node", log.find("joined as a node") + 1);
    ASSERT_NE(second, std::string::npos);
    EXPECT_LT(log.find("this node's name is free again"), second);
}

}  // namespace
}  // namespace navette::test
