#include "tests/integration/page_fixture.hpp"

#include <gmock/gmock.h>

namespace navette::store {
namespace {

using test::kNode;
using test::kOtherNode;
using test::must;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class QueueStartTest : public test::PageTest {
  protected:
    std::vector<Started> begin(const Start& one, const std::string& node = kNode) {
        JournalPage page;
        page.starts.push_back(one);
        return must(write(page, node));
    }
};

TEST_F(QueueStartTest, WritesAMarkerThatNamesTheJobs) {
    const auto first = add_job("a");
    const auto second = add_job("b");
    const auto started = begin(start({first, second}, 7));
    ASSERT_THAT(started, SizeIs(1));
    EXPECT_EQ(started.front().batch_id, 7);
    EXPECT_THAT(started.front().job_ids, ElementsAre(first, second));
    EXPECT_EQ(
        database_.value("SELECT concat_ws('|', integration_id, tenant_id, batch_id, epoch, job_ids) FROM "
                        "navette.in_flight"),
        "int_1|acme|7|1|{" + std::to_string(first) + "," + std::to_string(second) + "}"
    );
}

TEST_F(QueueStartTest, LetsOnlyPendingJobsRun) {
    const auto pending = add_job("a");
    const auto dead = add_job("b", "status = 'failed'");
    const auto cancelled = add_job("c");
    database_.exec("DELETE FROM navette.sync_queue WHERE id = " + std::to_string(cancelled));
    const auto started = begin(start({dead, pending, cancelled}));
    ASSERT_THAT(started, SizeIs(1));
    EXPECT_THAT(started.front().job_ids, ElementsAre(pending));
}

TEST_F(QueueStartTest, IsRefusedToAnyNodeButTheOwner) {
    EXPECT_THAT(begin(start({add_job("a")}), kOtherNode), IsEmpty());
    EXPECT_EQ(count("in_flight"), 0);
}

TEST_F(QueueStartTest, IsRefusedWithAnotherEpoch) {
    auto stale = start({add_job("a")});
    stale.epoch = 0;
    EXPECT_THAT(begin(stale), IsEmpty());
    stale.epoch = 2;
    EXPECT_THAT(begin(stale), IsEmpty());
    EXPECT_EQ(count("in_flight"), 0);
}

TEST_F(QueueStartTest, IsRefusedOnceTheNodesLifeHasRunOutEvenIfNobodyTookOver) {
    const auto job = add_job("a");
    let_expire(kNode);
    EXPECT_THAT(begin(start({job})), IsEmpty());
    EXPECT_EQ(count("in_flight"), 0);
}

TEST_F(QueueStartTest, OneBatchThatIsRefusedLeavesTheOthersOfThePageAlone) {
    add_integration("acme", "int_2");
    auto foreign = start({add_job("b", "integration_id = 'int_2'")}, 1);
    foreign.key.id = "int_2";
    JournalPage page;
    page.starts.push_back(foreign);
    page.starts.push_back(start({add_job("a")}, 2));
    page.starts.push_back(start({add_job("c")}, 3));
    std::vector<std::int64_t> batches;
    for (const auto& started : must(write(page))) {
        batches.push_back(started.batch_id);
    }
    EXPECT_THAT(batches, ::testing::UnorderedElementsAre(2, 3));
}

TEST_F(QueueStartTest, EachBatchOfAPageNamesItsOwnJobs) {
    std::vector<std::int64_t> jobs;
    for (const auto* record : {"a", "b", "c", "d", "e", "f"}) {
        jobs.push_back(add_job(record));
    }
    JournalPage page;
    page.starts.push_back(start({jobs[0]}, 1));
    page.starts.push_back(start({jobs[1], jobs[2]}, 2));
    page.starts.push_back(start({jobs[3], jobs[4], jobs[5]}, 3));
    page.starts.back().recheck = true;
    must(write(page));
    const auto id = [&](std::size_t at) { return std::to_string(jobs[at]); };
    EXPECT_EQ(
        database_.value("SELECT string_agg(batch_id || ':' || job_ids::text, ' ' ORDER BY batch_id) FROM "
                        "navette.in_flight"),
        "1:{" + id(0) + "} 2:{" + id(1) + "," + id(2) + "} 3:{" + id(3) + "," + id(4) + "," + id(5) + "}"
    );
}

TEST_F(QueueStartTest, AnEndedBatchTakesItsOwnMarkerAlone) {
    begin(start({add_job("a")}, 1));
    begin(start({add_job("b")}, 2));
    JournalPage page;
    page.ended.push_back({key_, 1, 1});
    must(write(page));
    EXPECT_EQ(database_.value("SELECT string_agg(batch_id::text, ',') FROM navette.in_flight"), "2");
}

// The database took no writes while the answer came, and the lease was lost meanwhile: the result counts no
// more, so the job must be found in doubt, or it would be sent again without a look.
TEST_F(QueueStartTest, ABatchWhoseResultsComeTooLateStaysInFlightForTheNextOwner) {
    const auto job = add_job("a");
    begin(start({job}));
    database_.exec("UPDATE navette.leases SET epoch = 2");
    JournalPage page;
    page.completions.push_back(completion(job, Verdict::finish));
    page.ended.push_back({key_, 1, 1});
    must(write(page));
    EXPECT_EQ(count("in_flight"), 1);
    EXPECT_EQ(count("sync_queue"), 1);
}

TEST_F(QueueStartTest, ABatchOfAnIntegrationThatIsNoMoreLeavesNothingInFlight) {
    begin(start({add_job("a")}));
    database_.exec("DELETE FROM navette.leases");
    JournalPage page;
    page.ended.push_back({key_, 1, 1});
    must(write(page));
    EXPECT_EQ(count("in_flight"), 0);
}

}  // namespace
}  // namespace navette::store
