#include "daemon/store/queue.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::must;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class QueuePickTest : public test::OwnedIntegrationTest {
  protected:
    Picked pick_now(std::vector<std::int64_t> in_hand = {}, int limit = 100) {
        return must(run(pick(connection(), key_, std::move(in_hand), limit)));
    }

    std::vector<std::string> picked(std::vector<std::int64_t> in_hand = {}, int limit = 100) {
        std::vector<std::string> names;
        for (const auto& job : pick_now(std::move(in_hand), limit).jobs) {
            names.push_back(job.entity_id);
        }
        return names;
    }
};

TEST_F(QueuePickTest, TheMostUrgentComeFirstAndAmongThemTheOldest) {
    add_job("a", "priority = 5");
    add_job("b", "priority = 9");
    add_job("c", "priority = 1");
    add_job("d", "priority = 5");
    EXPECT_THAT(picked(), ElementsAre("c", "a", "d", "b"));
    EXPECT_THAT(picked({}, 2), ElementsAre("c", "a"));
}

TEST_F(QueuePickTest, OfOneRecordOnlyTheOldestUnfinishedJobIsPicked) {
    const auto first = add_job("a", "priority = 9");
    add_job("a", "priority = 1");
    add_job("b");
    add_job("a", {}, "other");
    EXPECT_THAT(picked(), ElementsAre("b", "a", "a")) << "a record is named by its type and id";
    EXPECT_THAT(picked({first}), ElementsAre("b", "a")) << "the younger one waits while the older is in hand";
    database_.exec(
        "UPDATE navette.sync_queue SET run_at = now() + interval '1 hour' WHERE id = " + std::to_string(first)
    );
    EXPECT_THAT(picked(), ElementsAre("b", "a")) << "and while it waits for its retry";
    database_.exec("UPDATE navette.sync_queue SET status = 'failed' WHERE id = " + std::to_string(first));
    EXPECT_THAT(picked(), ElementsAre("a", "b", "a")) << "but not behind a dead letter";
}

TEST_F(QueuePickTest, LeavesOutWhatIsInHandWaitsOrIsDead) {
    const auto in_hand = add_job("a");
    add_job("b", "status = 'failed'");
    add_job("c", "waits_for = 'customer:1'");
    add_job("d");
    EXPECT_THAT(picked({in_hand}), ElementsAre("d"));
}

TEST_F(QueuePickTest, TellsWhenTheNextJobIsDue) {
    EXPECT_FALSE(pick_now().next_due.has_value());
    add_job("a", "run_at = now() + interval '1 hour'");
    add_job("b", "run_at = now() + interval '2 hours'");
    add_job("c", "run_at = now() + interval '1 minute', waits_for = 'customer:1'");
    add_job("d", "run_at = now() + interval '1 minute', status = 'failed'");
    const auto found = pick_now();
    EXPECT_THAT(found.jobs, IsEmpty());
    ASSERT_TRUE(found.next_due.has_value());
    EXPECT_LE(*found.next_due, std::chrono::hours(1));
    EXPECT_GT(*found.next_due, std::chrono::minutes(59));
}

TEST_F(QueuePickTest, ReadsAJobWithAllThatItsOwnerMustKnow) {
    const auto id = add_job(
        "a",
        "data = '{\"k\": [1]}', operation = 'delete', priority = 2, attempts = 3, max_retries = 7, "
        "maybe_applied = true, direction = 'from_platform', waits_since = now() - interval '90 seconds'"
    );
    const auto jobs = pick_now().jobs;
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
    EXPECT_TRUE(job.maybe_applied);
    EXPECT_TRUE(job.inbound);
    ASSERT_TRUE(job.waited.has_value());
    EXPECT_GE(*job.waited, std::chrono::seconds(89));
}

TEST_F(QueuePickTest, KnowsOnlyItsOwnIntegration) {
    add_integration("acme", "int_2");
    add_job("mine");
    add_job("theirs", "integration_id = 'int_2'");
    add_job("strange", "tenant_id = 'other'");
    EXPECT_THAT(picked(), ElementsAre("mine"));
}

TEST_F(QueuePickTest, NamesEachIntegrationWithWorkOnce) {
    EXPECT_THAT(must(run(integrations_with_work(connection()))), IsEmpty());
    add_job("a");
    add_job("b");
    add_job("c", "integration_id = 'int_2'");
    add_job("d", "integration_id = 'int_0'");
    add_job("e", "integration_id = 'dead', status = 'failed'");
    add_job("f", "integration_id = 'waits', waits_for = 'customer:1'");
    EXPECT_THAT(must(run(integrations_with_work(connection()))), ElementsAre("int_0", "int_1", "int_2"));
}

TEST_F(QueuePickTest, LooksUpLinksAndDeadLettersInTheOrderAsked) {
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
