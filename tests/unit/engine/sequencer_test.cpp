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

TEST(Sequencer, ARecordWithAMillionJobsDoesNotFillTheHand) {
    Sequencer sequencer(50);
    auto leader = sequencer.take(job_of("hot", 1));
    ASSERT_TRUE(leader);
    for (std::int64_t id = 2; id <= 200; ++id) {
        EXPECT_FALSE(sequencer.take(job_of("hot", id)));
    }
    EXPECT_EQ(sequencer.size(), 51U);
    EXPECT_TRUE(sequencer.take(job_of("other", 201))) << "who waits for nobody is not kept back";
    for (std::int64_t id = 2; id <= 51; ++id) {
        leader = sequencer.finished(*leader);
        ASSERT_TRUE(leader);
        EXPECT_EQ(leader->id, id);
    }
    EXPECT_FALSE(sequencer.finished(*leader));
    EXPECT_TRUE(sequencer.has_unread()) << "the others are read when these are over";
}

TEST(Sequencer, FewRecordsAreReadFarAheadAndManyShareTheRoom) {
    const Sequencer sequencer;
    EXPECT_EQ(sequencer.most_of_each(1), 1'000);
    EXPECT_EQ(sequencer.most_of_each(50), 200);
    EXPECT_EQ(sequencer.most_of_each(5'000), 64);
}

}  // namespace
}  // namespace navette::engine
