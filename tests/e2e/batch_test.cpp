// Ready jobs travel together, and one bad record does not sink the others.
#include "tests/support/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::test {
namespace {

using testing::HasSubstr;

/// Items 1 to count of tenant t0; `more` is SQL for what else a record holds, over its number n.
std::string enqueue_items(int count, const std::string& more = "'{}'::jsonb") {
    return "SELECT navette.enqueue('t0', 'item.updated', 'item', n::text, jsonb_build_object('seq', n) || " +
           more + ") FROM generate_series(1, " + std::to_string(count) + ") n";
}

constexpr const char* kPending = "SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'";
constexpr const char* kDone = "SELECT count(*) FROM navette.sync_logs WHERE final AND status = 'done'";

TEST(Batch, ReadyJobsTravelTogetherUpToTheManifestsSize) {
    TestDatabase database;
    ProbeServer probe;
    Fleet fleet(database, probe);
    fleet.start(0);
    fleet.stop(0);
    database.exec(enqueue_items(200));
    fleet.start(0);
    database.await_number(kPending, 0);
    EXPECT_EQ(database.number(kDone), 200);
    EXPECT_EQ(probe.history().largest_batch, 50);
    EXPECT_LE(probe.requests("POST /items"), 8) << "200 jobs that were all ready fit into 4 requests";
}

TEST(Batch, ASingleJobDoesNotWaitForABatchToFill) {
    TestDatabase database;
    ProbeServer probe;
    Fleet fleet(database, probe);
    fleet.start(0);
    database.exec(enqueue_items(1));
    database.await_number(kDone, 1);
    EXPECT_EQ(probe.history().largest_batch, 1);
}

TEST(Batch, EachRecordHasAnOutcomeOfItsOwn) {
    TestDatabase database;
    ProbeServer probe;
    Fleet fleet(database, probe);
    database.exec("SELECT 1");
    fleet.start(0);
    fleet.stop(0);
    database.exec(enqueue_items(50, "CASE n WHEN 17 THEN '{\"reject\": true}'::jsonb ELSE '{}' END"));
    fleet.start(0);
    database.await_number(kPending, 0);
    EXPECT_EQ(database.number(kDone), 49);
    EXPECT_EQ(
        database.value("SELECT entity_id || ' ' || outcome FROM navette.sync_queue WHERE status = 'failed'"),
        "17 rejected"
    );
    EXPECT_THAT(
        database.value("SELECT last_error FROM navette.sync_queue"), HasSubstr("does not take this record")
    );
    EXPECT_EQ(probe.requests("POST /items"), 1) << "nobody asked for a second try";
}

TEST(Batch, OneRecordThatSinksItsBatchIsFoundAndTheOthersArrive) {
    TestDatabase database;
    ProbeServer probe;
    Fleet fleet(database, probe);
    fleet.start(0);
    fleet.stop(0);
    database.exec(enqueue_items(50, "CASE n WHEN 31 THEN '{\"bad\": true}'::jsonb ELSE '{}' END"));
    fleet.start(0);
    database.await_number(kPending, 0);
    EXPECT_EQ(database.number(kDone), 49);
    EXPECT_EQ(database.value("SELECT string_agg(entity_id, ',') FROM navette.sync_queue"), "31");
    EXPECT_EQ(database.value("SELECT outcome FROM navette.sync_queue"), "rejected");
    EXPECT_THAT(database.value("SELECT last_error FROM navette.sync_queue"), HasSubstr("cannot be read"));
    const auto history = probe.history();
    EXPECT_EQ(history.kinds.at("items").size(), 49U);
    EXPECT_EQ(history.duplicates(), 0);
    // Halving 50 around one bad record takes about a dozen requests; one by one it would be 51.
    EXPECT_LE(probe.requests("POST /items"), 30);
}

TEST(Batch, ABatchWhoseAnswerWasLostIsLookedForAndNotMadeTwice) {
    TestDatabase database;
    ProbeServer probe;
    Fleet fleet(database, probe);
    fleet.start(0);
    fleet.stop(0);
    probe.faults(R"({"reset_after": 1.0, "only_method": "POST", "first": 3})");
    database.exec(enqueue_items(120));
    fleet.start(0);
    database.await_number(kPending, 0);
    EXPECT_EQ(database.number(kDone), 120);
    const auto history = probe.history();
    EXPECT_EQ(history.kinds.at("items").size(), 120U);
    EXPECT_EQ(history.duplicates(), 0);
    EXPECT_GT(probe.requests("GET /items"), 0);
}

TEST(Batch, UpdatesOfOneRecordTravelInOrderNeverSideBySide) {
    TestDatabase database;
    ProbeServer probe;
    Fleet fleet(database, probe);
    fleet.start(0);
    // Three rounds of each of 40 records, in transactions of their own.
    for (int round = 1; round <= 3; ++round) {
        database.exec(
            "SELECT navette.enqueue('t0', 'item.updated', 'item', n::text, jsonb_build_object('seq', " +
            std::to_string(round) + ")) FROM generate_series(1, 40) n"
        );
    }
    database.await_number(kPending, 0);
    for (const auto& [ref, life] : probe.history().kinds.at("items")) {
        EXPECT_THAT(life.seqs, testing::WhenSorted(testing::ElementsAreArray(life.seqs))) << ref;
        EXPECT_EQ(life.seqs.back(), 3) << ref;
        EXPECT_EQ(life.creates, 1) << ref;
    }
}

}  // namespace
}  // namespace navette::test
