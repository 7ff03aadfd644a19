// Background work of an object with a `bulk`: it travels in large batches, one at a time, and live work goes
// on beside it.
#include "tests/integration/lane_fixture.hpp"

#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

class BulkLaneTest : public test::LaneTest {
  protected:
    BulkLaneTest() {
        object("bulk").batch = 3;
        object("bulk").bulk = 40;
    }

    /// Jobs of the records `prefix`1 to `prefix`<count>; more than one read of the lane takes.
    void add_jobs(int count, int priority, const std::string& prefix, const std::string& more = "0") {
        database_.exec(
            "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
            "priority, deaths) SELECT 'acme', 'int_1', 'bulk.changed', 'bulk', '" +
            prefix + "' || n, " + std::to_string(priority) + ", " + more + " FROM generate_series(1, " +
            std::to_string(count) + ") n"
        );
    }

    /// How many records each request held.
    std::vector<std::size_t> sizes() const {
        std::vector<std::size_t> all;
        for (const auto& sent : transport_.sent) {
            all.push_back(boost::json::parse(sent.body).as_array().size());
        }
        return all;
    }
};

TEST_F(BulkLaneTest, BackgroundWorkIsGatheredPastOneReadAndTravelsInBulkBatches) {
    add_jobs(100, 9, "back");
    start_lane();
    work_until_empty();
    EXPECT_THAT(sizes(), ElementsAre(40U, 40U, 20U));
    EXPECT_EQ(transport_.most_in_flight["bulk"], 1);
}

TEST_F(BulkLaneTest, LiveWorkOfTheSameObjectGoesOnBesideABulkBatch) {
    transport_.held.insert("/bulk/back1");
    add_jobs(150, 9, "back");
    start_lane();
    test::run_until(context_, [&] { return transport_.sent.size() == 1; });
    EXPECT_THAT(sizes(), ElementsAre(40U));
    add_jobs(60, 5, "live");
    lane_->look();
    work_until("SELECT count(*) FROM navette.sync_logs WHERE entity_id LIKE 'live%'", 60);
    auto beside = sizes();
    beside.erase(beside.begin());
    EXPECT_THAT(beside, Each(Le(3U)));
    EXPECT_THAT(beside, SizeIs(Le(22U))) << "20 full batches, and what the first reads cut off";
    EXPECT_EQ(transport_.most_in_flight["bulk"], 2)
        << "one bulk batch, and the object's concurrency beside it";
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_logs WHERE entity_id LIKE 'back%'"), 0)
        << "the next bulk batch waits for this one";
    transport_.held.clear();
    work_until_empty();
}

TEST_F(BulkLaneTest, WhereNothingIsInTheBackgroundNothingTravelsInBulk) {
    add_jobs(50, 8, "live");
    start_lane();
    work_until_empty();
    EXPECT_THAT(sizes(), Each(Le(3U)));
}

TEST_F(BulkLaneTest, AnObjectWithoutBulkTakesItsBackgroundWorkInUsualBatches) {
    object("bulk").bulk = 0;
    add_jobs(30, 9, "back");
    start_lane();
    work_until_empty();
    EXPECT_THAT(sizes(), Each(Le(3U)));
}

TEST_F(BulkLaneTest, ABulkBatchThatFailsAsAWholeIsHalvedUntilTheRecordAtFaultStandsAlone) {
    // Whatever batch the first record leads is refused.
    transport_.script["/bulk/back1"] = {422, 422, 422, 422, 422, 422, 422};
    add_jobs(40, 9, "back");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'", 0);
    EXPECT_EQ(
        database_.value("SELECT string_agg(entity_id || ' ' || attempts, ',') FROM navette.sync_queue"),
        "back1 1"
    );
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_logs WHERE final AND status = 'done'"), 39);
    EXPECT_EQ(sizes().front(), 40U);
    EXPECT_THAT(sizes(), SizeIs(Le(13U))) << "halving 40 takes two calls for each of six levels";
}

TEST_F(BulkLaneTest, WhatADeadDaemonHadInABulkBatchIsTriedInUsualBatchesAndThenAlone) {
    add_jobs(7, 9, "once", "1");
    add_jobs(2, 9, "twice", "2");
    start_lane();
    work_until_empty();
    EXPECT_THAT(sizes(), ElementsAre(3U, 3U, 1U, 1U, 1U)) << "alone where the next death would condemn it";
    EXPECT_EQ(transport_.most_in_flight["bulk"], 1);
}

TEST_F(BulkLaneTest, WhereASecondDeathCondemnsSuspectsAreTriedAloneAtOnce) {
    workshop_.settings.quarantine_after = 2;
    add_jobs(3, 9, "once", "1");
    start_lane();
    work_until_empty();
    EXPECT_THAT(sizes(), ElementsAre(1U, 1U, 1U));
}

/// Waits for a job that the platform never ends, then asks for it.
class PatientConnector final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "shop"; }

    sdk::Task<sdk::TestReport> test(sdk::Session&) override { co_return sdk::TestReport{true, "works"}; }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        waits = true;
        co_await session.wait(1h);
        const auto answer = co_await session.send(sdk::HttpRequest::get("/bulk/job"));
        said = answer ? "answered" : answer.error().message;
        co_return std::vector<sdk::Outcome>(batch.size(), sdk::Outcome::unavailable(said));
    }

    bool waits = false;
    std::string said;
};

TEST_F(BulkLaneTest, ALaneThatStopsDoesNotWaitForThePlatformsJobAndKeepsItsOwn) {
    const auto patient = std::make_shared<PatientConnector>();
    connector_->connector = patient;
    const auto id = add_job("1", "priority = 9, max_retries = 0", "bulk");
    start_lane();
    test::run_until(context_, [&] { return patient->waits; });
    lane_->stop();
    test::run_until(context_, [&] { return lane_->running() == 0; });
    EXPECT_THAT(patient->said, ::testing::HasSubstr("stops"));
    EXPECT_THAT(transport_.sent, IsEmpty());
    EXPECT_EQ(job(id, "status, attempts, deaths"), "pending|0|0");
    work_until("SELECT count(*) FROM navette.in_flight", 0);
}

}  // namespace
}  // namespace navette::engine
