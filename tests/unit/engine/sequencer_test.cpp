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

TEST(Sequencer, FewRecordsAreReadFarAheadAndManyShareTheRoom) {
    const Sequencer sequencer;
    EXPECT_EQ(sequencer.most_of_each(1), 1'000);
    EXPECT_EQ(sequencer.most_of_each(50), 200);
    EXPECT_EQ(sequencer.most_of_each(5'000), 64);
}

}  // namespace
}  // namespace navette::engine
