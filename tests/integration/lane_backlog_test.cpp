// What a lane keeps in memory does not grow with its backlog, whatever becomes of the jobs.
#include "tests/integration/lane_fixture.hpp"

namespace navette::engine {
namespace {

using namespace std::chrono_literals;

class LaneBacklogTest : public test::LaneTest {
  protected:
    /// Jobs of as many items.
    void add_jobs(long jobs, const std::string& columns, const std::string& values) {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, "
            "entity_id, " +
            columns + ") SELECT 'acme', 'int_1', 'item.changed', 'item', n::text, " + values +
            " FROM generate_series(1, " + std::to_string(jobs) + ") n"
        );
    }

    /// How often this process has read a queue.
    static long reads() {
        const auto text = core::metrics_text();
        const std::string name = "navette_database_round_trip_seconds_count{statement=\"queue_read_fresh\"} ";
        return std::stol(text.substr(text.find(name) + name.size()));
    }
};

TEST_F(LaneBacklogTest, WhatNeedsNoCallLeavesTheQueueWhileTheRestIsRead) {
    add_jobs(6'000, "operation", "'delete'");
    start_lane();
    work_until_empty();
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_logs WHERE status = 'skipped'"), 6'000);
    EXPECT_LT(database_.most_written_at_once("navette.sync_logs"), 2'000) << "written at once";
}

TEST_F(LaneBacklogTest, WhileNothingCanStartJobsThatAreDueStayInTheQueue) {
    start_with_a_slow_call();
    add_jobs(400, "deferred, priority, run_at", "true, 9, now() - interval '1 minute'");
    for (int look = 0; look < 20; ++look) {
        lane_->look_closely();
        work_for(20ms);
    }
    EXPECT_GT(lane_->in_hand(), 10U);
    EXPECT_LT(lane_->in_hand(), 100U);
    transport_.held.clear();
    work_until_empty();
    EXPECT_EQ(transport_.sent.size(), 401U);
}

TEST_F(LaneBacklogTest, WhileThePlatformIsDownTheQueueIsSeldomRead) {
    connector_->manifest.retry.base = 4s;
    workshop_.settings.poll = 10ms;
    transport_.script["/item/1"] = {503};
    add_jobs(2, "priority", "5");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_logs", 1);
    work_for(50ms);
    auto reads_before = reads();
    work_for(200ms);
    EXPECT_LT(reads(), reads_before + 8) << "with room in its line";
    add_jobs(200, "priority", "6");
    lane_->look_closely();
    work_for(50ms);
    reads_before = reads();
    for (int look = 0; look < 20; ++look) {
        lane_->look_closely();
        work_for(10ms);
    }
    EXPECT_LT(reads(), reads_before + 8) << "with a full line";
    work_until_empty();
}

TEST_F(LaneBacklogTest, WhileThePlatformIsDownAndMemoryIsShortNothingStaysInHand) {
    connector_->manifest.retry.base = 2s;
    workshop_.settings.poll = 10ms;
    transport_.script["/item/1"] = {503};
    core::MemoryShares::Part others(memory_);
    add_jobs(200, "priority", "5");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_logs", 1);
    work_for(50ms);
    EXPECT_GT(lane_->in_hand(), 10U) << "while there is enough for all";
    others.hold(kJobMemory.whole);
    lane_->look();
    work_for(50ms);
    EXPECT_EQ(lane_->in_hand(), 0U);
    const auto reads_before = reads();
    for (int look = 0; look < 20; ++look) {
        lane_->look_closely();
        lane_->poll();
        work_for(5ms);
    }
    EXPECT_EQ(reads(), reads_before);
    EXPECT_EQ(transport_.sent.size(), 1U);
    work_until_empty();
    EXPECT_EQ(transport_.sent.size(), 201U);
}

TEST_F(LaneBacklogTest, JobsBehindOneThatIsNotDueKeepNobodyBack) {
    add_job("stuck", "deferred = true, run_at = now() + interval '1 hour'");
    for (int n = 0; n < 60; ++n) {
        add_job("stuck", "deferred = true, run_at = now() - interval '1 minute'");
    }
    add_job("free", "deferred = true, run_at = now() - interval '1 second'");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_logs", 1);
    EXPECT_EQ(transport_.paths(), std::vector<std::string>{"/item/free"});
    const auto reads_before = reads();
    work_for(500ms);
    EXPECT_LT(reads(), reads_before + 20) << "they are read over and over";
}

TEST_F(LaneBacklogTest, JobsBehindOneOnItsWayKeepNobodyBack) {
    transport_.held.insert("/item/slow");
    object("item").every_event = true;
    object("item").concurrency = 2;
    for (int n = 0; n < 60; ++n) {
        add_job(
            "slow",
            "deferred = true, run_at = now() - interval '1 minute', data = jsonb_build_object('name', '" +
                std::to_string(n) + "')"
        );
    }
    add_job("free", "deferred = true, run_at = now() - interval '1 second'");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_logs", 1);
    EXPECT_EQ(transport_.paths(), (std::vector<std::string>{"/item/slow", "/item/free"}));
    transport_.held.clear();
    work_until_empty();
    EXPECT_EQ(transport_.sent.size(), 61U);
    EXPECT_FALSE(transport_.overlapped);
}

TEST_F(LaneBacklogTest, JobsOfOneRecordDoNotFillTheHand) {
    transport_.held.insert("/item/hot");
    object("item").every_event = true;
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
        "SELECT 'acme', 'int_1', 'item.changed', 'item', 'hot' FROM generate_series(1, 14000)"
    );
    start_lane();
    test::run_until(context_, [&] { return lane_->in_hand() > 10'000; });
    work_for(300ms);
    EXPECT_LT(lane_->in_hand(), 10'200U);
    add_job("urgent", "priority = 1", "customer");
    lane_->look_closely();
    work_until("SELECT count(*) FROM navette.sync_logs", 1);
    EXPECT_EQ(transport_.paths(), (std::vector<std::string>{"/item/hot", "/customer/urgent"}));
}

TEST_F(LaneBacklogTest, AnUrgentJobThatIsDueGoesFirstPastAFullLine) {
    start_with_a_slow_call();
    add_jobs(100, "deferred, priority, run_at", "true, 9, now() - interval '1 minute'");
    add_job("urgent", "deferred = true, priority = 1, run_at = now() - interval '1 hour'");
    lane_->look_closely();
    work_for(50ms);
    transport_.held.clear();
    work_until_empty();
    EXPECT_EQ(transport_.paths().at(1), "/item/urgent");
    EXPECT_EQ(transport_.sent.size(), 102U);
}

TEST_F(LaneBacklogTest, AtWorkItLooksForUrgentJobsByItself) {
    workshop_.settings.poll = 20ms;
    start_with_a_slow_call();
    add_jobs(100, "priority", "9");
    test::run_until(context_, [&] { return lane_->in_hand() > 10; });
    add_job("urgent", "priority = 1");
    const auto reads_before = reads();
    test::run_until(context_, [&] { return reads() > reads_before + 2; });
    transport_.held.clear();
    work_until_empty();
    EXPECT_EQ(transport_.paths().at(1), "/item/urgent");
}

TEST_F(LaneBacklogTest, AJobThatCommitsLateIsFoundBesideIt) {
    add_jobs(100, "priority", "5");
    pqxx::connection late(database_.url());
    pqxx::work transaction(late);
    transaction.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
        "VALUES ('acme', 'int_1', 'item.changed', 'item', 'late')"
    );
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
        "SELECT 'acme', 'int_1', 'item.changed', 'item', 'later' || n FROM generate_series(1, 3000) n"
    );
    start_lane();
    test::run_until(context_, [&] { return transport_.sent.size() > 150; });
    transaction.commit();
    work_until("SELECT count(*) FROM navette.sync_logs WHERE entity_id = 'late'", 1);
    EXPECT_LT(transport_.sent.size(), 3'101U);
}

TEST_F(LaneBacklogTest, HasTheRightOfWayOnlyForWhatItIsTold) {
    RightOfWay way(context_.get_executor());
    workshop_.way = &way;
    object("bulk").batch = RightOfWay::kShortStep + 10;
    for (int n = 0; n < static_cast<int>(RightOfWay::kShortStep) + 10; ++n) {
        add_job(std::to_string(n), "priority = 5", "bulk");
    }
    start_lane();
    lane_->look();
    bool is_frequented = false;
    while (transport_.sent.empty()) {
        context_.restart();
        context_.run_one_for(20ms);
        is_frequented = is_frequented || way.is_frequented(std::chrono::steady_clock::now());
    }
    EXPECT_FALSE(is_frequented) << "by a batch";
    work_until_empty();
    lane_->hear_of_work();
    EXPECT_TRUE(way.is_frequented(std::chrono::steady_clock::now()));
    work_for(50ms);
    EXPECT_FALSE(way.is_frequented(std::chrono::steady_clock::now())) << "by a lane that found nothing";
}

}  // namespace
}  // namespace navette::engine
