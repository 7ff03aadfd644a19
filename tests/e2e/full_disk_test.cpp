// The database's disk is full: work pauses with a clear line and resumes by itself once there is room,
// nothing is lost, and nothing is done twice.
#include "tests/support/full_disk.hpp"

#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace navette::test {
namespace {

constexpr int kNotes = 600;
constexpr int kItems = 200;
constexpr int kMostSwitches = 50;  // of the write-ahead log, until the segments that it keeps are used up
constexpr const char* kPending = "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'";

std::string enqueue(const std::string& kind, int first, int last) {
    return "SELECT navette.enqueue('t' || n % 2, '" + kind + ".updated', '" + kind +
           "', n::text, jsonb_build_object('seq', n)) FROM generate_series(" + std::to_string(first) + ", " +
           std::to_string(last) + ") n";
}

class FullDisks : public testing::Test {
  protected:
    FullDisks() : fleet_(database_, probe_, wishes()) {}

    static FleetWishes wishes() {
        FleetWishes two_accounts;
        two_accounts.tenants = 2;
        two_accounts.accounts = 2;
        return two_accounts;
    }

    /// Works for a while.
    void begin() {
        fleet_.start_all();
        probe_.faults(R"({"delay_ms": 40})");
        database_.exec(enqueue("note", 1, kNotes));
        database_.exec(enqueue("item", 1, kItems));
        probe_.await_creates("notes", kNotes / 20);
    }

    std::size_t notes() { return probe_.history().kinds.at("notes").size(); }

    void expect_each_done_once() {
        database_.await_number(kPending, 0, std::chrono::seconds(60));
        EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 0);
        EXPECT_EQ(
            database_.number("SELECT count(*) FROM navette.sync_logs WHERE final AND status = 'done'"),
            kNotes + kItems
        );
        const auto history = probe_.history();
        EXPECT_EQ(history.kinds.at("notes").size(), static_cast<std::size_t>(kNotes));
        EXPECT_EQ(history.kinds.at("items").size(), static_cast<std::size_t>(kItems));
        EXPECT_EQ(history.duplicates(), 0);
        EXPECT_TRUE(fleet_.runs(0)) << "it resumes by itself, without a restart";
    }

    FullDisk disk_;
    TestDatabase database_;
    ProbeServer probe_;
    Fleet fleet_;
};

TEST_F(FullDisks, WhereNoTableCanGrowWorkPausesWithAClearLineAndResumesByItself) {
    begin();
    disk_.fill(FullDisk::Part::tables);
    fleet_.await_log(0, "No space left on device");
    fleet_.await_log(0, "the queue cannot be written, waiting for the database");
    EXPECT_THROW(database_.exec(enqueue("note", kNotes + 1, kNotes + 5000)), pqxx::failure)
        << "the disk is not full";
    // That nothing more begins is no event: what was in flight has half a second to end, then all stays as it
    // is.
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    const auto paused = notes();
    EXPECT_LT(paused, static_cast<std::size_t>(kNotes)) << "it paused too late to prove anything";
    std::this_thread::sleep_for(std::chrono::milliseconds(1500));
    EXPECT_EQ(notes(), paused) << "nothing may start whose end cannot be noted";
    disk_.clear();
    expect_each_done_once();
    fleet_.await_log(0, "the queue can be written again");
}

TEST_F(FullDisks, WhereTheWriteAheadLogCannotGrowThePostgresqlThatDiesIsWaitedFor) {
    begin();
    disk_.fill(FullDisk::Part::wal);
    EXPECT_THROW(
        for (int tries = 0; tries < kMostSwitches; ++tries) {
            database_.exec("SELECT pg_logical_emit_message(true, 'test', 'x'), pg_switch_wal()");
        },
        pqxx::failure
    ) << "the disk is not full";
    fleet_.await_log(0, "the queue cannot be written, waiting for the database");
    EXPECT_LT(notes(), static_cast<std::size_t>(kNotes)) << "it died too late to prove anything";
    disk_.clear();
    disk_.restart();
    expect_each_done_once();
}

}  // namespace
}  // namespace navette::test
