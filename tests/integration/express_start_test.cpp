#include "daemon/store/express_start.hpp"

#include "tests/integration/page_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::kNode;
using test::kOtherNode;
using test::must;

class ExpressStartTest : public test::PageTest {
  protected:
    std::optional<Job> ask(ExpressQuestion question) {
        return must(run(start_single(connection(), std::move(question))));
    }
    [[nodiscard]] ExpressQuestion question() const { return {key_, kNode, 1, 7, {5, 0}}; }
    void expect_left_alone(const ExpressQuestion& asked) {
        EXPECT_FALSE(ask(asked).has_value());
        EXPECT_EQ(count("in_flight"), 0);
    }
};

TEST_F(ExpressStartTest, TheOnlyJobIsReadAndStandsInFlight) {
    const auto id = add_job("a", R"(data = '{"name": "Ann"}')");
    const auto job = ask(question());
    ASSERT_TRUE(job);
    EXPECT_EQ(job->id, id);
    EXPECT_EQ(job->entity_id, "a");
    EXPECT_EQ(job->data, R"({"name": "Ann"})");
    EXPECT_EQ(job->priority, 5);
    EXPECT_TRUE(job->ready);
    EXPECT_FALSE(job->blocked);
    EXPECT_EQ(
        database_.value(
            "SELECT concat_ws('|', integration_id, tenant_id, batch_id, epoch, job_ids, node_id, suspect) "
            "FROM navette.in_flight"
        ),
        "int_1|acme|7|1|{" + std::to_string(id) + "}|" + kNode + "|f"
    );
}

TEST_F(ExpressStartTest, NothingIsMarkedWhereNothingWaits) {
    expect_left_alone(question());
}

TEST_F(ExpressStartTest, TwoJobsAreLeftToTheUsualWay) {
    add_job("a");
    add_job("b");
    expect_left_alone(question());
}

TEST_F(ExpressStartTest, OnlyTheAskedClassAndWhatIsYoungerThanItsFloorIsLookedAt) {
    const auto older = add_job("a");
    add_job("b", "priority = 4");
    auto asked = question();
    asked.from.after_id = older;
    expect_left_alone(asked);
    const auto job = add_job("c");
    ASSERT_TRUE(ask(asked));
    EXPECT_EQ(database_.value("SELECT job_ids FROM navette.in_flight"), "{" + std::to_string(job) + "}");
}

TEST_F(ExpressStartTest, AJobWithAHistoryOrForLaterIsLeftToTheUsualWay) {
    add_job("a", "attempts = 1");
    expect_left_alone(question());
    database_.exec("UPDATE navette.sync_queue SET attempts = 0, maybe_applied = true");
    expect_left_alone(question());
    database_.exec("UPDATE navette.sync_queue SET maybe_applied = false, deaths = 1");
    expect_left_alone(question());
    database_.exec("UPDATE navette.sync_queue SET deaths = 0, deferred = true");
    expect_left_alone(question());
    database_.exec("UPDATE navette.sync_queue SET deferred = false, status = 'failed'");
    expect_left_alone(question());
    database_.exec("UPDATE navette.sync_queue SET status = 'pending', run_at = now() + interval '1 hour'");
    expect_left_alone(question());
    database_.exec("UPDATE navette.sync_queue SET created_at = run_at");
    EXPECT_TRUE(ask(question())) << "it was due when it came, and the clock was set back";
}

TEST_F(ExpressStartTest, AnOlderPendingJobOfTheRecordComesFirst) {
    add_job("a", "deferred = true, run_at = now() + interval '1 hour'");
    add_job("a");
    expect_left_alone(question());
}

TEST_F(ExpressStartTest, OnlyTheOwnerMarksAndOnlyWhileItLives) {
    add_job("a");
    auto asked = question();
    asked.node_id = kOtherNode;
    expect_left_alone(asked);
    asked = question();
    asked.epoch = 2;
    expect_left_alone(asked);
    let_expire(kNode);
    expect_left_alone(question());
}

}  // namespace
}  // namespace navette::store
