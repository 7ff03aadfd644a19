// The database dies, fails over, or takes no writes: work pauses, resumes by itself, and nothing is done
// twice.
#include "tests/support/fleet.hpp"
#include "tests/support/private_cluster.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

namespace navette::test {
namespace {

constexpr int kNotes = 300;
constexpr int kItems = 200;
constexpr const char* kPending = "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'";

std::string enqueue(const std::string& kind, int first, int last) {
    return "SELECT navette.enqueue('t' || n % 2, '" + kind + ".updated', '" + kind +
           "', n::text, jsonb_build_object('seq', n)) FROM generate_series(" + std::to_string(first) + ", " +
           std::to_string(last) + ") n";
}

void expect_each_done_once(TestDatabase& database, ProbeServer& probe, std::size_t notes, std::size_t items) {
    EXPECT_EQ(database.number("SELECT count(*) FROM navette.sync_queue"), 0);
    EXPECT_EQ(
        database.number("SELECT count(*) FROM navette.sync_logs WHERE final"),
        static_cast<long>(notes + items)
    );
    const auto history = probe.history();
    EXPECT_EQ(history.kinds.at("notes").size(), notes);
    EXPECT_EQ(history.kinds.at("items").size(), items);
    EXPECT_EQ(history.duplicates(), 0);
}

FleetWishes two_nodes() {
    FleetWishes wishes;
    wishes.nodes = 2;
    wishes.tenants = 2;
    wishes.accounts = 2;
    return wishes;
}

TEST(Failover, WorkGoesOnOnThePromotedStandbyAndNothingIsDoneTwice) {
    PrivateCluster cluster(PrivateCluster::Standby::synchronous);
    TestDatabase database;
    ProbeServer probe;
    Fleet fleet(database, probe, two_nodes());
    fleet.start_all();
    probe.faults(R"({"delay_ms": 40})");
    database.exec(enqueue("note", 1, kNotes));
    database.exec(enqueue("item", 1, kItems));
    probe.await_creates("notes", kNotes / 10);
    cluster.kill_primary();
    const auto before = probe.history().kinds.at("notes").size();
    EXPECT_LT(before, static_cast<std::size_t>(kNotes)) << "the primary died too late to prove anything";
    cluster.promote_standby();
    database.await_number(kPending, 0, std::chrono::seconds(60));
    database.exec(enqueue("note", kNotes + 1, kNotes + 20));
    database.await_number(kPending, 0);
    expect_each_done_once(database, probe, kNotes + 20, kItems);
    EXPECT_TRUE(fleet.runs(0) && fleet.runs(1)) << "a fail-over is no reason to end";
}

TEST(Failover, ADatabaseThatDiesAndComesBackCostsNothingButTime) {
    PrivateCluster cluster;
    TestDatabase database;
    ProbeServer probe;
    Fleet fleet(database, probe, two_nodes());
    fleet.start_all();
    probe.faults(R"({"delay_ms": 40})");
    database.exec(enqueue("note", 1, kNotes));
    database.exec(enqueue("item", 1, kItems));
    for (long round = 1; round <= 3; ++round) {
        probe.await_creates("notes", round * kNotes / 10);
        cluster.restart();
    }
    database.await_number(kPending, 0, std::chrono::seconds(60));
    expect_each_done_once(database, probe, kNotes, kItems);
    EXPECT_TRUE(fleet.runs(0) && fleet.runs(1));
}

// What a full disk comes to as well: every statement that writes is refused, while reading goes on.
TEST(Failover, ADatabaseThatTakesNoWritesPausesWorkWithAClearLineAndItResumesByItself) {
    PrivateCluster cluster;
    TestDatabase database;
    ProbeServer probe;
    FleetWishes wishes = two_nodes();
    wishes.nodes = 1;
    Fleet fleet(database, probe, wishes);
    fleet.start_all();
    probe.faults(R"({"delay_ms": 40})");
    database.exec(enqueue("note", 1, kNotes));
    database.exec(enqueue("item", 1, kItems));
    probe.await_creates("notes", kNotes / 10);
    cluster.alter("default_transaction_read_only", "on");
    fleet.await_log(0, "read-only");
    // That nothing more begins is no event: what was in flight has half a second to end, then all stays as it
    // is.
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const auto paused = probe.history().kinds.at("notes").size();
    EXPECT_LT(paused, static_cast<std::size_t>(kNotes)) << "it paused too late to prove anything";
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    EXPECT_EQ(probe.history().kinds.at("notes").size(), paused) << "nothing may start that cannot be noted";
    cluster.alter("default_transaction_read_only", "off");
    database.await_number(kPending, 0, std::chrono::seconds(60));
    expect_each_done_once(database, probe, kNotes, kItems);
    EXPECT_TRUE(fleet.runs(0)) << "it resumes by itself, without a restart";
}

// Its calls had been promised and were waiting for the account's budget when it was paused. Awake again, it
// must not send them: another node has done so.
TEST(Failover, ANodeThatWakesAfterItsLeaseSendsNothingMore) {
    TestDatabase database;
    ProbeServer probe;
    FleetWishes wishes = two_nodes();
    wishes.tenants = 1;
    wishes.manifest = "limits: [{requests: 3, per: 1s}]\n";
    Fleet fleet(database, probe, wishes);
    fleet.start(0);
    database.exec(
        "SELECT navette.enqueue('t0', 'note.made', 'note', n::text, '{\"seq\": 1}') FROM generate_series(1, "
        "12) n"
    );
    probe.await_creates("notes", 4);
    fleet.signal(0, SIGSTOP);
    const auto in_doubt =
        database.number("SELECT coalesce(sum(cardinality(job_ids)), 0) FROM navette.in_flight");
    EXPECT_GT(in_doubt, 3) << "nothing waited for the budget, so this proves nothing";
    fleet.start(1);
    database.await_number(kPending, 0, std::chrono::seconds(60));
    fleet.signal(0, SIGCONT);
    fleet.await_log(0, "lease");
    // That nothing is sent is no event: the budget would let three calls go in each of these seconds.
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));
    expect_each_done_once(database, probe, 12, 0);
    EXPECT_EQ(database.value("SELECT state FROM navette.tenant_integrations"), "active")
        << "a call that was not sent says nothing about the platform";
}

}  // namespace
}  // namespace navette::test
