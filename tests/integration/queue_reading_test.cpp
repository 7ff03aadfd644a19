#include "daemon/store/queue_reading.hpp"

#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::must;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class QueueReadingTest : public test::OwnedIntegrationTest {
  protected:
    QueueAnswer read_now(
        std::vector<ClassFloor> classes = kAll, std::vector<std::int64_t> in_hand = {}, int limit = 100
    ) {
        QueueQuestion question;
        question.key = key_;
        question.classes = std::move(classes);
        question.leave_out = std::move(in_hand);
        question.limit = limit;
        return must(run(read_queue(connection(), std::move(question))));
    }

    static std::vector<std::string> names(const std::vector<Job>& jobs) {
        std::vector<std::string> all;
        for (const auto& job : jobs) {
            all.push_back(job.entity_id + (job.blocked ? " blocked" : "") + (job.ready ? "" : " not ready"));
        }
        return all;
    }

    static inline const std::vector<ClassFloor> kAll{{1, 0}, {2, 0}, {5, 0}, {9, 0}};
};

TEST_F(QueueReadingTest, ReadsTheClassesInTheOrderAskedAndEachByAge) {
    add_job("a", "priority = 5");
    add_job("b", "priority = 9");
    add_job("c", "priority = 1");
    add_job("d", "priority = 5");
    EXPECT_THAT(names(read_now().fresh), ElementsAre("c", "a", "d", "b"));
    EXPECT_THAT(names(read_now(kAll, {}, 2).fresh), ElementsAre("c", "a"));
    EXPECT_THAT(names(read_now({{9, 0}, {1, 0}}).fresh), ElementsAre("b", "c"));
}

TEST_F(QueueReadingTest, ReadsEachClassFromItsFloor) {
    const auto first = add_job("a");
    add_job("b");
    add_job("c", "priority = 1");
    EXPECT_THAT(names(read_now({{1, 0}, {5, first}}).fresh), ElementsAre("c", "b"));
    EXPECT_THAT(names(read_now({{5, 0}}, {first}).fresh), ElementsAre("b")) << "what is in hand is left out";
}

TEST_F(QueueReadingTest, WhatWasDueWhenItCameIsDueAfterTheClockWasSetBack) {
    add_job("a", "created_at = now() + interval '1 hour', run_at = now() + interval '1 hour'");
    add_job("a", "created_at = now() + interval '1 hour', run_at = now() + interval '2 hours'");
    EXPECT_THAT(names(read_now().fresh), ElementsAre("a"));
    EXPECT_THAT(
        names(must(run(read_records(connection(), key_, {{"item", "a", 0}}, 10)))),
        ElementsAre("a", "a not ready")
    );
}

TEST_F(QueueReadingTest, AJobBehindAnOlderOneOfItsRecordIsBlockedWhereTheOwnerMayNotKnowTheOlderOne) {
    const auto first = add_job("a");
    add_job("a");
    EXPECT_THAT(names(read_now({{5, first}}).fresh), ElementsAre("a"))
        << "the owner read the older one itself";
    add_job("b", "deferred = true, run_at = now() + interval '1 hour'");
    add_job("b");
    EXPECT_THAT(names(read_now().fresh), ElementsAre("a", "a blocked", "b blocked"));
    database_.exec("UPDATE navette.sync_queue SET status = 'failed' WHERE entity_id = 'b' AND deferred");
    EXPECT_THAT(names(read_now().fresh), ElementsAre("a", "a", "b")) << "a dead letter blocks nothing";
    add_job("c", "priority = 9");
    add_job("c", "priority = 1");
    EXPECT_THAT(names(read_now({{1, 0}, {9, 0}}).fresh), ElementsAre("c blocked", "c"));
}

TEST_F(QueueReadingTest, WaitingChildrenAndDeadLettersAreNotRead) {
    add_job("b", "status = 'failed'");
    add_job("c", "waits_for = 'customer:1', deferred = true");
    add_job("d");
    EXPECT_THAT(names(read_now().fresh), ElementsAre("d"));
    EXPECT_THAT(names(read_now().deferred), IsEmpty());
}

TEST_F(QueueReadingTest, DeferredJobsComeWhenTheyAreDue) {
    EXPECT_FALSE(read_now().next_due.has_value());
    const auto late = add_job("late", "deferred = true, run_at = now() - interval '1 minute'");
    add_job("later", "deferred = true, run_at = now() - interval '1 second'");
    add_job("a", "deferred = true, run_at = now() + interval '1 hour'");
    add_job("b", "deferred = true, run_at = now() + interval '2 hours'");
    add_job("c", "deferred = true, run_at = now() + interval '1 minute', waits_for = 'customer:1'");
    add_job("d", "deferred = true, run_at = now() + interval '1 minute', status = 'failed'");
    const auto found = read_now();
    EXPECT_THAT(found.fresh, IsEmpty());
    EXPECT_THAT(names(found.deferred), ElementsAre("late", "later"));
    EXPECT_THAT(names(read_now(kAll, {late}).deferred), ElementsAre("later"));
    ASSERT_TRUE(found.next_due.has_value());
    EXPECT_LE(*found.next_due, std::chrono::hours(1));
    EXPECT_GT(*found.next_due, std::chrono::minutes(59));
}

TEST_F(QueueReadingTest, ReadsAllThatRecordsHaveWaitingByAge) {
    const auto first = add_job("a");
    add_job("b");
    add_job("a", "deferred = true, run_at = now() + interval '1 hour'");
    add_job("a", "priority = 1");
    add_job("b", "waits_for = 'customer:1', deferred = true");
    add_job("a", "status = 'failed'");
    std::vector<RecordPlace> places{{"item", "b", 0}, {"item", "a", 0}, {"item", "none", 0}};
    EXPECT_THAT(
        names(must(run(read_records(connection(), key_, places, 10)))),
        ElementsAre("b", "b not ready", "a", "a not ready", "a")
    );
    EXPECT_THAT(
        names(must(run(read_records(connection(), key_, {{"item", "a", first}}, 1)))),
        ElementsAre("a not ready")
    );
}

TEST_F(QueueReadingTest, ReadsAJobWithAllThatItsOwnerMustKnow) {
    const auto id = add_job(
        "a",
        "data = '{\"k\": [1]}', operation = 'delete', priority = 2, attempts = 3, max_retries = 7, "
        "deaths = 2, maybe_applied = true, direction = 'from_platform', waits_since = now() - interval '90 "
        "seconds'"
    );
    const auto jobs = read_now().fresh;
    ASSERT_EQ(jobs.size(), 1U);
    const auto& job = jobs.front();
    EXPECT_EQ(job.id, id);
    EXPECT_EQ(job.event_type, "item.changed");
    EXPECT_EQ(job.entity_type, "item");
    EXPECT_EQ(job.operation, "delete");
    EXPECT_EQ(job.data, R"({"k": [1]})");
    EXPECT_EQ(job.priority, 2);
    EXPECT_EQ(job.attempts, 3);
    EXPECT_EQ(job.max_retries, 7);
    EXPECT_EQ(job.deaths, 2);
    EXPECT_FALSE(job.deferred);
    EXPECT_TRUE(job.maybe_applied);
    EXPECT_TRUE(job.inbound);
    ASSERT_TRUE(job.waited.has_value());
    EXPECT_GE(*job.waited, std::chrono::seconds(89));
}

TEST_F(QueueReadingTest, KnowsOnlyItsOwnIntegration) {
    add_integration("acme", "int_2");
    add_job("mine");
    add_job("theirs", "integration_id = 'int_2'");
    add_job("strange", "tenant_id = 'other'");
    EXPECT_THAT(names(read_now().fresh), ElementsAre("mine"));
}

TEST_F(QueueReadingTest, NamesEachIntegrationWithWorkOnce) {
    EXPECT_THAT(must(run(integrations_with_work(connection()))), IsEmpty());
    add_job("a");
    add_job("b");
    add_job("c", "integration_id = 'int_2'");
    add_job("d", "integration_id = 'int_0'");
    add_job("e", "integration_id = 'dead', status = 'failed'");
    add_job("f", "integration_id = 'waits', waits_for = 'customer:1', deferred = true");
    add_job("g", "integration_id = 'later', deferred = true, run_at = now() + interval '1 hour'");
    add_job("h", "integration_id = 'late', deferred = true, run_at = now() - interval '1 hour'");
    EXPECT_THAT(
        must(run(integrations_with_work(connection()))),
        UnorderedElementsAre("int_0", "int_1", "int_2", "late")
    );
}

TEST_F(QueueReadingTest, LooksUpLinksAndDeadLettersInTheOrderAsked) {
    database_.exec(
        "INSERT INTO navette.record_links (tenant_id, integration_id, object, entity_id, remote_id, "
        "pushed_hash) "
        "VALUES ('acme', 'int_1', 'item', 'a', 'r1', 'h1'), ('acme', 'int_1', 'other', 'b', 'r2', 'h2')"
    );
    add_job("b", "status = 'failed', last_error = 'too long ago'");
    add_job("b", "status = 'failed', last_error = 'no such stock'");
    std::vector<RecordName> names;
    names.emplace_back("item", "b");
    names.emplace_back("item", "a");
    names.emplace_back("item", "it's \"odd\"");
    names.emplace_back("item", "a");
    const auto states = must(run(look_up_records(connection(), key_, std::move(names))));
    ASSERT_EQ(states.size(), 4U);
    EXPECT_EQ(states[0].remote_id, "");
    EXPECT_EQ(states[0].dead_letter, "no such stock");
    EXPECT_EQ(states[1].remote_id, "r1");
    EXPECT_EQ(states[1].pushed_hash, "h1");
    EXPECT_FALSE(states[1].dead_letter.has_value());
    EXPECT_EQ(states[2].remote_id, "");
    EXPECT_EQ(states[3].remote_id, "r1");
}

}  // namespace
}  // namespace navette::store
