#include "tests/integration/page_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::must;

class QueueParentsTest : public test::PageTest {
  protected:
    /// A child that cannot run before customer 7; `data` brings the customer along.
    [[nodiscard]] Completion child(long job, const std::string& data = {}) const {
        auto parked = completion(job, Verdict::park, "retry");
        parked.object = "order";
        parked.attempts = 0;
        parked.logged = false;
        parked.run_after = std::chrono::seconds(30);
        parked.parent = Parent{"customer", "7", data};
        return parked;
    }

    [[nodiscard]] Completion parent(long job, Verdict verdict) const {
        auto done = completion(job, verdict, verdict == Verdict::finish ? "done" : "rejected");
        done.object = "customer";
        done.awaited_as = {"customer:7"};
        return done;
    }

    bool waits(long job_id) { return job(job_id, "waits_for") == "customer:7"; }

    long customers() {
        return database_.number("SELECT count(*) FROM navette.sync_queue WHERE entity_type = 'customer'");
    }
};

TEST_F(QueueParentsTest, AChildWaitsForItsPendingParentAndUsesUpNoAttempt) {
    const auto customer = add_job("7", {}, "customer");
    const auto order = add_job("o1", {}, "order");
    complete_one(child(order));
    EXPECT_TRUE(waits(order));
    EXPECT_EQ(job(order, "status, attempts, waits_since IS NOT NULL"), "pending|0|t");
    EXPECT_EQ(count("sync_logs"), 0);
    EXPECT_EQ(job(order, "deferred"), "t");
    EXPECT_EQ(job(customer, "deferred"), "f");
}

TEST_F(QueueParentsTest, AParentIsBroughtAlongOnceForManyChildrenAsUrgentAsTheMostUrgentOne) {
    std::vector<Completion> children;
    children.push_back(child(add_job("o1", "priority = 6", "order"), R"({"id": "7"})"));
    children.push_back(child(add_job("o2", "priority = 2", "order"), R"({"id": "7"})"));
    children.push_back(child(add_job("o3", "priority = 9", "order"), R"({"id": "7"})"));
    complete(children);
    EXPECT_EQ(
        database_.value(
            "SELECT string_agg(concat_ws('|', entity_type, entity_id, event_type, data, priority, "
            "origin), ' / ') FROM navette.sync_queue WHERE entity_type = 'customer'"
        ),
        R"(customer|7|customer.brought_along|{"id": "7"}|2|dependency)"
    );
    for (const auto& one : children) {
        EXPECT_TRUE(waits(one.job_id));
    }
    const auto late = add_job("o4", {}, "order");
    complete_one(child(late, R"({"id": "7"})"));
    EXPECT_EQ(customers(), 1) << "a pending parent is not doubled";
    EXPECT_TRUE(waits(late));
}

TEST_F(QueueParentsTest, ChildrenAreReleasedWhenTheParentFinishesAndOthersAreNot) {
    const auto customer = add_job("7", {}, "customer");
    const auto first = add_job("o1", {}, "order");
    const auto second = add_job("o2", {}, "order");
    const auto stranger =
        add_job("o3", "waits_for = 'customer:8', deferred = true, waits_since = now()", "order");
    complete({child(first), child(second)});
    complete_one(parent(customer, Verdict::finish));
    for (const auto order : {first, second}) {
        EXPECT_EQ(job(order, "waits_for, run_at <= now(), waits_since IS NOT NULL"), "t|t");
    }
    EXPECT_EQ(job(stranger, "waits_for"), "customer:8");
}

TEST_F(QueueParentsTest, ChildrenAreReleasedWhenTheParentFailsSoThatTheyCanTell) {
    const auto customer = add_job("7", {}, "customer");
    const auto order = add_job("o1", {}, "order");
    complete_one(child(order));
    auto again = parent(customer, Verdict::retry);
    complete_one(again);
    EXPECT_TRUE(waits(order)) << "a parent that is retried is still on its way";
    complete_one(parent(customer, Verdict::fail));
    EXPECT_FALSE(waits(order));
}

TEST_F(QueueParentsTest, ADeadLettersChildLivesAgainWhenTheParentGoesThroughAfterAll) {
    const auto customer = add_job("7", {}, "customer");
    const auto order = add_job("o1", {}, "order");
    auto follows = completion(order, Verdict::fail, "parent_failed");
    follows.parent = Parent{"customer", "7", ""};
    complete_one(follows);
    EXPECT_EQ(job(order, "status, waits_for"), "failed|customer:7");
    complete_one(parent(customer, Verdict::fail));
    EXPECT_EQ(job(order, "status"), "failed");
    database_.exec("UPDATE navette.sync_queue SET status = 'pending' WHERE entity_type = 'customer'");
    complete_one(parent(customer, Verdict::finish));
    EXPECT_EQ(
        job(order, "status, attempts, deferred, waits_for IS NULL, failed_at IS NULL"), "pending|0|t|t|t"
    );
}

TEST_F(QueueParentsTest, AChildIsNotParkedBehindAParentThatFinishedInTheSamePage) {
    const auto customer = add_job("7", {}, "customer");
    const auto order = add_job("o1", {}, "order");
    complete({child(order), parent(customer, Verdict::finish)});
    EXPECT_FALSE(waits(order));
    EXPECT_EQ(job(order, "status"), "pending");
}

TEST_F(QueueParentsTest, AChildWhoseParentIsNeitherQueuedNorAtHandLooksAgainLater) {
    const auto order = add_job("o1", {}, "order");
    complete_one(child(order));
    EXPECT_FALSE(waits(order));
    EXPECT_EQ(
        job(order,
            "status, run_at BETWEEN now() + interval '20 seconds' AND now() + interval '30 seconds', "
            "waits_since IS NOT NULL"),
        "pending|t|t"
    );
    EXPECT_EQ(customers(), 0);
    const auto since = job(order, "waits_since");
    complete_one(child(order));
    EXPECT_EQ(job(order, "waits_since"), since) << "the whole wait is counted";
}

TEST_F(QueueParentsTest, ARecordThatIsItsOwnParentDoesNotWaitForItself) {
    const auto customer = add_job("7", {}, "customer");
    complete_one(child(customer));
    EXPECT_FALSE(waits(customer));
}

TEST_F(QueueParentsTest, AFormerOwnerBringsNobodyAlong) {
    const auto order = add_job("o1", {}, "order");
    let_expire(test::kNode);
    take_over(test::kOtherNode, "b");
    complete_one(child(order, R"({"id": "7"})"));
    EXPECT_EQ(customers(), 0);
    EXPECT_EQ(job(order, "waits_since IS NULL"), "t");
}

TEST_F(QueueParentsTest, AFormerOwnerReleasesNobody) {
    const auto customer = add_job("7", {}, "customer");
    const auto waiting = add_job("o1", {}, "order");
    complete_one(child(waiting));
    const auto dead = add_job("o2", {}, "order");
    auto follows = completion(dead, Verdict::fail, "parent_failed");
    follows.parent = Parent{"customer", "7", ""};
    complete_one(follows);
    let_expire(test::kNode);
    take_over(test::kOtherNode, "b");

    complete_one(parent(customer, Verdict::finish));
    EXPECT_EQ(job(customer, "status, attempts"), "pending|0") << "it is not over";
    EXPECT_TRUE(waits(waiting));
    EXPECT_EQ(job(dead, "status, waits_for"), "failed|customer:7");

    auto heirs = parent(customer, Verdict::finish);
    heirs.epoch = 2;
    complete({heirs}, test::kOtherNode);
    EXPECT_FALSE(waits(waiting));
    EXPECT_EQ(job(dead, "status"), "pending");
}

}  // namespace
}  // namespace navette::store
