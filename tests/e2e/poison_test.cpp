// A job that kills the daemon each time it runs: in the end it alone is put aside, and all others are done
// once.
#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <thread>

namespace navette::test {
namespace {

using testing::HasSubstr;

constexpr const char* kPending = "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'";
constexpr int kMostDeaths = 12;

std::string enqueue(const std::string& kind, int first, int last, const std::string& more = "'{}'::jsonb") {
    return "SELECT navette.enqueue('t0', '" + kind + ".updated', '" + kind +
           "', n::text, jsonb_build_object('seq', n) || " + more + ") FROM generate_series(" +
           std::to_string(first) + ", " + std::to_string(last) + ") n";
}

/// Starts the node again whenever it has died, as systemd would, until nothing is pending. Returns its
/// deaths.
int live_through(Fleet& fleet, TestDatabase& database) {
    int deaths = 0;
    fleet.launch(0);
    const auto until = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (database.number(kPending) > 0 || !fleet.runs(0)) {
        if (!fleet.runs(0)) {
            EXPECT_EQ(fleet.await_end(0), 128 + SIGABRT) << "a death of another kind";
            if (++deaths > kMostDeaths) {
                ADD_FAILURE() << "the daemon goes on dying; nothing puts the job aside";
                break;
            }
            fleet.launch(0);
        }
        if (std::chrono::steady_clock::now() > until) {
            ADD_FAILURE() << database.number(kPending) << " jobs are stuck";
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return deaths;
}

void expect_quarantined(TestDatabase& database, const std::string& entity) {
    const std::string failed =
        " FROM navette.sync_queue WHERE status = 'failed' AND entity_id = '" + entity + "'";
    EXPECT_EQ(database.value("SELECT outcome" + failed), "quarantined");
    EXPECT_THAT(database.value("SELECT last_error" + failed), testing::Not(testing::IsEmpty()));
    EXPECT_GE(database.number("SELECT deaths" + failed), 3);
    EXPECT_EQ(
        database.number(
            "SELECT count(*) FROM navette.sync_logs WHERE final AND job_id = (SELECT id" + failed + ")"
        ),
        1
    );
}

class Poison : public testing::TestWithParam<const char*> {};

TEST_P(Poison, AJobThatKillsTheDaemonIsPutAsideAndAllOthersAreDoneOnce) {
    TestDatabase database;
    ProbeServer probe;
    FleetWishes wishes;
    wishes.engine = ", quarantine_after: 3";
    Fleet fleet(database, probe, wishes);
    fleet.start(0);
    fleet.stop(0);
    const std::string poison = std::string(R"('{"crash": ")") + GetParam() + R"("}'::jsonb)";
    database.exec(enqueue("item", 1, 80, "CASE n WHEN 42 THEN " + poison + " ELSE '{}' END"));
    database.exec(enqueue("note", 1, 40));
    const int deaths = live_through(fleet, database);
    RecordProperty("deaths", deaths);
    EXPECT_GE(deaths, 3);
    EXPECT_LE(deaths, 6) << "a suspect is tried alone, so that the third death of its own settles it";

    EXPECT_EQ(database.number("SELECT count(*) FROM navette.sync_queue"), 1);
    expect_quarantined(database, "42");
    EXPECT_EQ(
        database.number("SELECT count(*) FROM navette.sync_logs WHERE final AND status = 'done'"), 79 + 40
    );
    const auto history = probe.history();
    EXPECT_EQ(history.duplicates(), 0);
    EXPECT_EQ(history.kinds.at("notes").size(), 40U);
    EXPECT_EQ(history.kinds.at("items").size(), GetParam() == std::string("after") ? 80U : 79U);
}

// Before its batch was sent; and after, when nobody knows what became of those that travelled with it.
INSTANTIATE_TEST_SUITE_P(Crash, Poison, testing::Values("before", "after"), [](const auto& which) {
    return which.param == std::string("before") ? "BeforeTheBatchIsSent" : "AfterTheBatchWasSent";
});

TEST(PoisonWork, TwoPoisonedJobsAreBothFoundAndWorkGoesOnAfterwards) {
    TestDatabase database;
    ProbeServer probe;
    FleetWishes wishes;
    wishes.engine = ", quarantine_after: 3";
    Fleet fleet(database, probe, wishes);
    fleet.start(0);
    fleet.stop(0);
    const std::string poison = R"('{"crash": "before"}'::jsonb)";
    database.exec(enqueue("item", 1, 30, "CASE WHEN n IN (3, 20) THEN " + poison + " ELSE '{}' END"));
    EXPECT_LE(live_through(fleet, database), kMostDeaths);
    expect_quarantined(database, "3");
    expect_quarantined(database, "20");

    database.exec(enqueue("item", 101, 140));
    database.await_number(kPending, 0);
    EXPECT_TRUE(fleet.runs(0));
    const auto history = probe.history();
    EXPECT_EQ(history.kinds.at("items").size(), 28U + 40U);
    EXPECT_EQ(history.duplicates(), 0);
}

}  // namespace
}  // namespace navette::test
