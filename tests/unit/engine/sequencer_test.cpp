#include "daemon/engine/sequencer.hpp"

#include <gtest/gtest.h>

namespace navette::engine {
namespace {

store::Job job_of(const std::string& record, std::int64_t id) {
    store::Job job;
    job.id = id;
    job.entity_type = "meter";
    job.entity_id = record;
    return job;
}

TEST(Sequencer, IsFullOnceManyJobsWaitBehindTheirLeaders) {
    Sequencer sequencer(50);
    const auto take = [&](store::Job job) { return sequencer.take(job); };
    ASSERT_TRUE(take(job_of("hot", 1)));
    for (std::int64_t id = 2; id <= 50; ++id) {
        EXPECT_FALSE(take(job_of("hot", id)));
    }
    EXPECT_TRUE(take(job_of("other", 51)));
    EXPECT_FALSE(sequencer.is_full()) << "leaders are not counted";
    EXPECT_FALSE(take(job_of("hot", 52)));
    EXPECT_TRUE(sequencer.is_full());
    const auto leader = sequencer.finished(job_of("hot", 1));
    ASSERT_TRUE(leader);
    EXPECT_EQ(leader->id, 2);
    EXPECT_FALSE(sequencer.is_full());
}

TEST(Sequencer, KnowsWhatItsLeadersWeighAndWhatFollowsThem) {
    Sequencer sequencer;
    const auto take = [&](const std::string& record, std::int64_t id, std::size_t bytes) {
        auto job = job_of(record, id);
        job.data.resize(bytes, ' ');
        (void)sequencer.take(job);
    };
    take("a", 1, 100);
    take("a", 2, 200);
    take("a", 3, 300);
    take("b", 4, 400);
    EXPECT_EQ(sequencer.weight(), weight_of_job(100) + weight_of_job(400));
    EXPECT_EQ(sequencer.follower_weight(), 2 * weight_of_job(0) + 500);
    const auto merged = sequencer.advance(job_of("a", 1), 1);
    EXPECT_EQ(merged.id, 2);
    EXPECT_EQ(sequencer.weight(), weight_of_job(200) + weight_of_job(400));
    auto grown = job_of("a", 2);
    grown.data.resize(250, ' ');
    sequencer.weigh(grown);
    EXPECT_EQ(sequencer.weight(), weight_of_job(250) + weight_of_job(400));
    sequencer.returned(job_of("b", 4));
    (void)sequencer.finished(grown);
    EXPECT_EQ(sequencer.weight(), weight_of_job(300));
    EXPECT_EQ(sequencer.follower_weight(), 0U);
    sequencer.weigh(job_of("b", 4));
    EXPECT_EQ(sequencer.weight(), weight_of_job(300)) << "it is not in hand any more";
    take("a", 5, 500);
    sequencer.returned(job_of("a", 3));
    EXPECT_EQ(sequencer.weight(), 0U);
    EXPECT_EQ(sequencer.follower_weight(), 0U);
}

TEST(Sequencer, KeepsNoMoreThanSomeDataOfWhatFollows) {
    Sequencer sequencer;
    for (std::int64_t id = 1; id <= 300; ++id) {
        auto job = job_of("hot", id);
        job.data.resize(4'000, ' ');
        (void)sequencer.take(job);
    }
    EXPECT_LT(sequencer.follower_weight(), 299 * weight_of_job(0) + 600'000);
    const auto& followers = sequencer.followers(job_of("hot", 1));
    ASSERT_EQ(followers.size(), 299U);
    EXPECT_EQ(followers.front().data.size(), 4'000U) << "who is next";
    EXPECT_EQ(followers.back().data, "");
    EXPECT_EQ(followers.back().unread, 4'000) << "it is read when its turn comes";
}

TEST(Sequencer, FewRecordsAreReadFarAheadAndManyShareTheRoom) {
    const Sequencer sequencer;
    EXPECT_EQ(sequencer.most_of_each(1), 1'000);
    EXPECT_EQ(sequencer.most_of_each(50), 200);
    EXPECT_EQ(sequencer.most_of_each(5'000), 64);
}

}  // namespace
}  // namespace navette::engine
