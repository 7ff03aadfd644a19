#include "daemon/store/queue_upkeep.hpp"
#include "tests/integration/lane_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;
using test::must;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class LaneTest : public test::LaneTest {
  protected:
    void work_until_dead() {
        work_until("SELECT count(*) FROM navette.sync_queue WHERE status = 'failed'", 1);
    }

    std::string state() {
        return database_.value("SELECT concat_ws('|', state, state_reason) FROM navette.tenant_integrations");
    }
};

TEST_F(LaneTest, SendsAJobAndLinksItsRecord) {
    add_job("1", "data = '{\"name\": \"Ann\", \"other\": 1}'");
    start_lane();
    work_until_empty();
    ASSERT_THAT(transport_.paths(), ElementsAre("/item/1"));
    EXPECT_EQ(transport_.sent.front().body, R"([{"name":"Ann","id":"1"}])");
    EXPECT_EQ(logged("object, remote_id, status, final, attempt"), "item|remote_1|done|t|1");
    EXPECT_EQ(
        database_.value(
            "SELECT concat_ws('|', object, entity_id, remote_id, snapshot) FROM navette.record_links"
        ),
        R"(item|1|remote_1|{"name": "Ann"})"
    );
    work_until("SELECT count(*) FROM navette.in_flight", 0);
}

TEST_F(LaneTest, AFailingJobIsRetriedAndThenKeptAsADeadLetter) {
    transport_.script["/item/1"] = {500, 500, 500, 500, 500, 500};
    const auto id = add_job("1", "max_retries = 2");
    start_lane();
    work_until_dead();
    EXPECT_THAT(transport_.sent, SizeIs(3)) << "max_retries further attempts after the first";
    EXPECT_EQ(logged("status, final, attempt"), "retry|f|1 / retry|f|2 / retry|t|3");
    EXPECT_EQ(job(id, "attempts, outcome, last_error"), "3|retry|the shop says 500");
    work_for(100ms);
    EXPECT_THAT(transport_.sent, SizeIs(3)) << "a dead letter rests";
}

TEST_F(LaneTest, APermanentErrorIsNotRetried) {
    transport_.script["/item/1"] = {422};
    const auto id = add_job("1");
    start_lane();
    work_until_dead();
    EXPECT_EQ(job(id, "attempts, outcome"), "1|rejected");
    EXPECT_EQ(logged("status, error_field"), "rejected|name");
    EXPECT_THAT(transport_.sent, SizeIs(1));
}

TEST_F(LaneTest, AnOutageUsesUpNoAttemptAndNothingIsSentMeanwhile) {
    connector_->manifest.retry.base = 100ms;
    transport_.script["/item/1"] = {503, 503};
    add_job("1", "max_retries = 0");
    add_job("2");
    start_lane();
    work_until_empty();
    ASSERT_THAT(transport_.paths(), SizeIs(4));
    EXPECT_GE(between(0, 1), 50ms) << "at least half of the base, whichever job comes next";
    EXPECT_EQ(
        database_.value(
            "SELECT string_agg(status, ' ' ORDER BY id) FROM navette.sync_logs WHERE entity_id = '1'"
        ),
        "unavailable unavailable done"
    );
}

TEST_F(LaneTest, ThrottlingFreezesEveryObjectOfTheAccountAndUsesUpNoAttempt) {
    transport_.script["/item/1"] = {429};
    add_job("1", "max_retries = 0");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_logs", 1);
    add_job("2", {}, "customer");
    lane_->look();
    work_until_empty();
    ASSERT_THAT(transport_.paths(), SizeIs(3));
    EXPECT_GE(between(0, 1), 195ms) << "the shop asked for 200 ms";
    EXPECT_EQ(
        database_.value("SELECT string_agg(status || attempt, ' ' ORDER BY id) FROM navette.sync_logs WHERE "
                        "entity_type = 'item'"),
        "throttled1 done1"
    );
}

TEST_F(LaneTest, CredentialsThatNoLongerWorkHoldTheIntegrationAndKeepItsJobs) {
    workshop_.settings.retest = 1h;
    transport_.script["/item/1"] = {401};
    const auto first = add_job("1", "max_retries = 0");
    const auto second = add_job("2");
    start_lane();
    work_until("SELECT count(*) FROM navette.tenant_integrations WHERE state = 'needs_reauth'", 1);
    EXPECT_EQ(state(), "needs_reauth|the shop says 401");
    lane_->look();
    work_for(100ms);
    EXPECT_THAT(transport_.paths(), ElementsAre("/item/1"));
    EXPECT_EQ(job(first, "status, attempts, outcome"), "pending|0|needs_reauth");
    EXPECT_EQ(job(second, "status, attempts"), "pending|0");
}

TEST_F(LaneTest, AHeldIntegrationGoesOnOnceItsTestSucceeds) {
    transport_.script["/item/1"] = {403};
    transport_.script["/test"] = {403, 200};
    add_job("1");
    start_lane();
    work_until_empty();
    EXPECT_THAT(transport_.paths(), ElementsAre("/item/1", "/test", "/test", "/item/1"));
    EXPECT_EQ(state(), "active");
}

TEST_F(LaneTest, NeverMoreCallsOfAnObjectAreInFlightThanItAllows) {
    object("item").concurrency = 3;
    object("customer").concurrency = 2;
    for (int n = 0; n < 30; ++n) {
        add_job(std::to_string(n), {}, n % 2 == 0 ? "item" : "customer");
    }
    start_lane();
    work_until_empty();
    EXPECT_THAT(transport_.sent, SizeIs(30));
    EXPECT_EQ(transport_.most_in_flight["item"], 3);
    EXPECT_EQ(transport_.most_in_flight["customer"], 2);
}

TEST_F(LaneTest, TheAccountsOwnCapHoldsOverAllObjects) {
    connector_->manifest.concurrency = 2;
    object("item").concurrency = 8;
    for (int n = 0; n < 12; ++n) {
        add_job(std::to_string(n));
    }
    start_lane();
    work_until_empty();
    EXPECT_EQ(transport_.most_in_flight["item"], 2);
}

TEST_F(LaneTest, JobsOfOneRecordRunInOrderOneAtATime) {
    object("item").concurrency = 8;
    object("item").every_event = true;
    std::vector<std::string> expected;
    for (int n = 0; n < 6; ++n) {
        const auto name = std::to_string(n);
        add_job("1", "priority = " + std::to_string(9 - n) + ", data = '{\"name\": \"" + name + "\"}'");
        add_job("other" + name);
        expected.push_back(R"([{"name":")" + name + R"(","id":"1"}])");
    }
    transport_.script["/item/1"] = {200, 500, 200};
    start_lane();
    work_until_empty();
    expected.insert(
        expected.begin() + 1, expected[1]
    );  // the one that failed comes again before its successor
    std::vector<std::string> bodies;
    for (const auto& sent : transport_.sent) {
        if (sent.path == "/item/1") {
            bodies.push_back(sent.body);
        }
    }
    EXPECT_EQ(bodies, expected);
    EXPECT_FALSE(transport_.overlapped);
}

TEST_F(LaneTest, ChangesOfOneRecordThatWaitTravelAsOne) {
    transport_.held.insert("/item/1");
    add_job("1", "data = '{\"name\": \"first\"}'");
    start_lane();
    test::run_until(context_, [&] { return transport_.sent.size() == 1; });
    add_job("1", "data = '{\"name\": \"second\", \"seen\": {\"a\": 1, \"b\": 1}}'");
    add_job("1", "data = '{\"seen\": {\"b\": 2}}'");
    const auto last = add_job("1", "priority = 1, data = '{\"size\": 3}'");
    transport_.held.clear();
    lane_->look();
    work_until_empty();
    ASSERT_THAT(transport_.sent, SizeIs(2));
    EXPECT_EQ(transport_.sent.back().body, R"([{"name":"second","id":"1"}])");
    EXPECT_EQ(logged("status, final"), "done|t / skipped|t / skipped|t / done|t");
    EXPECT_EQ(
        database_.value("SELECT DISTINCT error_message FROM navette.sync_logs WHERE status = 'skipped'"),
        "superseded by a later change of the same record, job " + std::to_string(last)
    );
}

TEST_F(LaneTest, MergedChangesAreInTheQueueBeforeTheyAreSent) {
    transport_.script["/item/1"] = {422};
    add_job("1", "data = '{\"name\": \"Ann\", \"size\": 1}'");
    const auto survivor = add_job("1", "data = '{\"size\": 2}'");
    start_lane();
    work_until_dead();
    EXPECT_EQ(job(survivor, "status, data"), R"(failed|{"name": "Ann", "size": 2})");
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 1);
}

TEST_F(LaneTest, WhereEveryEventCountsEachTravelsAlone) {
    object("item").every_event = true;
    add_job("1", "data = '{\"name\": \"a\"}'");
    add_job("1", "data = '{\"name\": \"b\"}'");
    start_lane();
    work_until_empty();
    EXPECT_THAT(transport_.sent, SizeIs(2));
}

TEST_F(LaneTest, ABatchThatFailsAsAWholeIsTakenApartSoThatOneBadRecordDoesNotSinkTheOthers) {
    object("bulk").batch = 8;
    transport_.script["/bulk/0"] = {422, 422, 422};
    transport_.script["/bulk/1"] = {200};
    const auto bad = add_job("0", {}, "bulk");
    for (int n = 1; n < 8; ++n) {
        add_job(std::to_string(n), {}, "bulk");
    }
    transport_.script["/bulk/0"] = {422, 422, 422, 422};
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'", 0);
    EXPECT_EQ(job(bad, "status, attempts, outcome"), "failed|1|rejected")
        << "taking apart uses up no attempt";
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.sync_queue"), 1);
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.record_links"), 7);
}

TEST_F(LaneTest, ASuspectIsTriedAloneAndQuarantinedAfterRepeatedDeaths) {
    object("bulk").batch = 8;
    add_job("0", "deaths = 1", "bulk");
    add_job("1", "deaths = 2", "bulk");
    add_job("2", {}, "bulk");
    add_job("3", {}, "bulk");
    const auto poison = add_job("4", "deaths = 3", "bulk");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'", 0);
    EXPECT_THAT(transport_.paths(), UnorderedElementsAre("/bulk/0", "/bulk/1", "/bulk/2"));
    EXPECT_EQ(job(poison, "status, outcome"), "failed|quarantined");
    EXPECT_THAT(job(poison, "last_error"), HasSubstr("died 3 times"));
}

TEST_F(LaneTest, UrgentJobsGoFirstAlsoPastAFullLine) {
    transport_.held.insert("/item/first");
    add_job("first");
    for (int n = 0; n < 40; ++n) {
        add_job("slow" + std::to_string(n), "priority = 9");
    }
    start_lane();
    test::run_until(context_, [&] { return transport_.sent.size() == 1; });
    add_job("urgent", "priority = 1");
    lane_->look_closely();
    work_for(50ms);
    transport_.held.clear();
    work_until_empty();
    EXPECT_EQ(transport_.paths().at(1), "/item/urgent");
}

TEST_F(LaneTest, AJobWhoseTransactionCommitsLateIsFound) {
    pqxx::connection slow(database_.url());
    pqxx::work transaction(slow);
    transaction.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
        "VALUES ('acme', 'int_1', 'item.changed', 'item', 'late')"
    );
    add_job("early");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_logs", 1);
    work_for(20ms);
    transaction.commit();
    lane_->look();
    work_until_empty();
    EXPECT_THAT(transport_.paths(), ElementsAre("/item/early", "/item/late"));
}

TEST_F(LaneTest, WhatIsUnchangedIsSkippedWithoutACall) {
    add_job("1", "data = '{\"name\": \"Ann\", \"seen\": 1}'");
    start_lane();
    work_until_empty();
    add_job("1", "data = '{\"name\": \"Ann\", \"seen\": 2}'");
    lane_->look();
    work_until_empty();
    EXPECT_THAT(transport_.sent, SizeIs(1));
    EXPECT_EQ(logged("status, remote_id"), "done|remote_1 / skipped|remote_1");
    add_job("1", "data = '{\"name\": \"Bob\"}'");
    lane_->look();
    work_until_empty();
    EXPECT_THAT(transport_.sent, SizeIs(2));
}

TEST_F(LaneTest, ADeadLetterThatIsReplayedDoesNotUndoWhatWasSentAfterIt) {
    transport_.script["/item/1"] = {500, 200};
    const auto stale = add_job("1", "max_retries = 0, data = '{\"name\": \"old\"}'");
    start_lane();
    work_until_dead();
    add_job("1", "data = '{\"name\": \"new\"}'");
    lane_->look();
    work_until("SELECT count(*) FROM navette.record_links", 1);
    must(run(store::revive_dead_letters(connection(), test::kNode)));
    EXPECT_EQ(job(stale, "status"), "pending");
    lane_->look();
    work_until_empty();
    ASSERT_THAT(transport_.sent, SizeIs(2));
    EXPECT_THAT(transport_.sent.back().body, HasSubstr("new"));
    EXPECT_EQ(logged("status"), "retry / done / skipped");
    EXPECT_EQ(database_.value("SELECT snapshot FROM navette.record_links"), R"({"name": "new"})");
}

TEST_F(LaneTest, AJobThatIsCancelledBeforeItStartsIsNotSent) {
    transport_.held.insert("/item/1");
    add_job("1");
    const auto cancelled = add_job("2");
    add_job("3");
    start_lane();
    test::run_until(context_, [&] { return transport_.sent.size() == 1; });
    database_.exec("DELETE FROM navette.sync_queue WHERE id = " + std::to_string(cancelled));
    lane_->recheck();
    transport_.held.clear();
    work_until_empty();
    EXPECT_THAT(transport_.paths(), ElementsAre("/item/1", "/item/3"));
}

TEST_F(LaneTest, AConnectorThatThrowsFailsThatAttemptAndNothingElseStops) {
    transport_.script["/item/1"] = {599, 200};
    transport_.script["/item/2"] = {599};
    add_job("1");
    const auto given_up = add_job("2", "max_retries = 0");
    add_job("3");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_queue WHERE status = 'pending'", 0);
    EXPECT_THAT(transport_.paths(), UnorderedElementsAre("/item/1", "/item/1", "/item/2", "/item/3"));
    EXPECT_EQ(
        job(given_up, "status, attempts, outcome, last_error, maybe_applied"),
        "failed|1|retry|a bug in the connector shop: an index out of range|t"
    );
}

TEST_F(LaneTest, JobsOfABatchObjectTravelTogetherAndEachGetsItsOwnLogRow) {
    for (int n = 0; n < 5; ++n) {
        add_job(std::to_string(n), {}, "bulk");
    }
    start_lane();
    work_until_empty();
    EXPECT_THAT(transport_.paths(), ElementsAre("/bulk/0", "/bulk/3"));
    EXPECT_EQ(logged("remote_id"), "remote_0 / remote_1 / remote_2 / remote_3 / remote_4");
}

TEST_F(LaneTest, DataThatIsNoRecordBecomesADeadLetterWithoutACall) {
    const auto id = add_job("1", "data = '\"{broken\"'");
    start_lane();
    work_until_dead();
    EXPECT_THAT(transport_.sent, IsEmpty());
    EXPECT_THAT(job(id, "last_error"), HasSubstr("must be a JSON object"));
}

TEST_F(LaneTest, NothingStartsWhileTheLeaseMayHaveRunOut) {
    lease_is_fresh_ = false;
    add_job("1");
    start_lane();
    work_for(50ms);
    EXPECT_THAT(transport_.sent, IsEmpty());
    EXPECT_EQ(database_.number("SELECT count(*) FROM navette.in_flight"), 0);
    lease_is_fresh_ = true;
    lane_->look();
    work_until_empty();
    EXPECT_THAT(transport_.sent, SizeIs(1));
}

TEST_F(LaneTest, AFormerOwnersLaneSendsNothing) {
    let_expire(test::kNode);
    take_over(test::kOtherNode, "b");
    const auto id = add_job("1");
    start_lane();
    work_for(100ms);
    EXPECT_THAT(transport_.sent, IsEmpty());
    EXPECT_EQ(job(id, "status, attempts, maybe_applied"), "pending|0|f");
    EXPECT_LT(journal_.pages(), 10U) << "and does not press the database in vain";
}

TEST_F(LaneTest, WhatMayHaveBeenAppliedByAFormerOwnerIsTouchedOnlyOnceItHasSettled) {
    add_job("1", "maybe_applied = true", "slow");
    add_job("2", {}, "slow");
    const auto began = std::chrono::steady_clock::now();
    start_lane();
    work_until_empty();
    ASSERT_THAT(transport_.paths(), ElementsAre("/slow/2", "/slow/1"));
    EXPECT_GE(transport_.sent.back().at - began, 295ms);
    EXPECT_EQ(logged("status"), "done / done") << "the wait is no attempt";
}

TEST_F(LaneTest, WorkThatComesWhileItRunsIsFoundWhenItLooks) {
    start_lane();
    work_for(20ms);
    EXPECT_THAT(transport_.sent, IsEmpty());
    add_job("1");
    lane_->look();
    work_until_empty();
    EXPECT_THAT(transport_.sent, SizeIs(1));
}

TEST_F(LaneTest, WorkGoesOnThoughAJobIsMeantForALaterCentury) {
    add_job("1", "run_at = '2500-01-01', deferred = true");
    start_lane();
    work_for(50ms);
    add_job("2");
    lane_->look();
    work_until("SELECT count(*) FROM navette.sync_queue", 1);
    EXPECT_THAT(transport_.paths(), ElementsAre("/item/2"));
}

TEST_F(LaneTest, FallsAsleepOnceWhenThereIsNothingToDo) {
    int asleep = 0;
    workshop_.sleeps = [&](const std::string& id) {
        EXPECT_EQ(id, "int_1");
        ++asleep;
    };
    add_job("1");
    start_lane();
    test::run_until(context_, [&] { return asleep == 1; });
    EXPECT_THAT(transport_.sent, SizeIs(1)) << "not before the work is done";
    lane_->look();
    work_for(20ms);
    EXPECT_EQ(asleep, 1);
}

TEST_F(LaneTest, AnIdleLaneReadsASingleJobAndMarksItInOneTransaction) {
    add_job("1");
    start_lane();
    work_until_empty();
    work_for(20ms);
    transport_.held.insert("/item/2");
    const auto id = add_job("2");
    lane_->look();
    work_until("SELECT count(*) FROM navette.in_flight", 1);
    test::run_until(context_, [this] { return transport_.sent.size() == 2; });
    const auto statements = [this] {
        return database_.number("SELECT count(*) FROM navette.in_flight WHERE batch_id = 2");
    };
    EXPECT_EQ(statements(), 1) << "the marker that was set while reading is the only one";
    EXPECT_EQ(database_.value("SELECT job_ids FROM navette.in_flight"), "{" + std::to_string(id) + "}");
    transport_.held.clear();
    work_until_empty();
    work_until("SELECT count(*) FROM navette.in_flight", 0);
    EXPECT_THAT(transport_.paths(), ElementsAre("/item/1", "/item/2"));
}

TEST_F(LaneTest, AJobThatWasMarkedAndNeedsNoCallIsTakenOutOfFlight) {
    add_job("1", R"(data = '{"name": "Ann"}')");
    start_lane();
    work_until_empty();
    work_for(20ms);
    add_job("1", R"(data = '{"name": "Ann"}')");
    lane_->look();
    work_until_empty();
    work_until("SELECT count(*) FROM navette.in_flight", 0);
    EXPECT_EQ(logged("status"), "done / skipped");
    EXPECT_THAT(transport_.sent, SizeIs(1));
}

TEST_F(LaneTest, AJobThatWasMarkedAndMustWaitForItsAccountIsTakenOutOfFlight) {
    connector_->manifest.retry.base = 300ms;
    transport_.script["/item/1"] = {503};
    add_job("1");
    start_lane();
    work_until("SELECT count(*) FROM navette.sync_logs", 1);
    // The retry is not due yet: nothing is in hand, and the platform is taken to be down.
    add_job("2");
    lane_->look();
    work_until("SELECT count(*) FROM navette.in_flight", 0);
    EXPECT_THAT(transport_.sent, SizeIs(1));
    work_until_empty();
    EXPECT_THAT(transport_.paths(), UnorderedElementsAre("/item/1", "/item/1", "/item/2"));
}

}  // namespace
}  // namespace navette::engine
