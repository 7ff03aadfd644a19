// Random edits of an application and three platforms, with notifications that are delayed, repeated,
// reordered and lost: once all is delivered, all sides are equal, no edit of one side alone is lost, and
// nothing circles.
#include "tests/unit/sync/convergence_model.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace navette::sync {
namespace {

using Acknowledging = ConvergenceModel::Acknowledging;

// All fields to all platforms, and each one's spelling on to the two others, a few times over.
constexpr int kMostCalls = 40;

struct Course {
    int most_calls = 0;
    std::string failure;  // empty: none
};

/// Some rounds of edits in one world, each brought to rest.
Course run_world(std::uint64_t seed, Acknowledging acknowledging, bool tells_story) {
    constexpr int kRounds = 6;
    ConvergenceModel model(seed, acknowledging, tells_story);
    Course course;
    for (int round = 0; round < kRounds; ++round) {
        model.begin_round();
        if (round > 0) {  // all begin with what the application has
            model.stir(25);
        }
        int calls = model.settle();
        course.most_calls = std::max(course.most_calls, calls);
        while (calls >= 0 && model.decide_conflicts()) {
            model.forget_edits();
            calls = model.settle();
        }
        const std::string complaint = model.complaint();
        if (calls < 0 || calls > kMostCalls || !complaint.empty()) {
            course.failure = "seed " + std::to_string(seed) + ", round " + std::to_string(round) + ", " +
                             std::to_string(calls) + " calls\n" + complaint + model.story();
            break;
        }
    }
    return course;
}

class Convergence : public testing::TestWithParam<std::uint64_t> {
  protected:
    static void run(Acknowledging acknowledging) {
        constexpr std::uint64_t kWorlds = 500;
        int most_calls = 0;
        for (std::uint64_t seed = GetParam(); seed < GetParam() + kWorlds; ++seed) {
            const Course course = run_world(seed, acknowledging, false);
            ASSERT_EQ(course.failure, "") << run_world(seed, acknowledging, true).failure;
            most_calls = std::max(most_calls, course.most_calls);
        }
        RecordProperty("most_calls", most_calls);
    }
};

TEST_P(Convergence, HoldsWhereTheApplicationAcknowledgesWhatItTakesIn) {
    run(Acknowledging::at_once);
}

TEST_P(Convergence, HoldsWhereTheApplicationAcknowledgesWithItsNextReading) {
    run(Acknowledging::with_the_next_reading);
}

// 10,000 rounds in all, in parts that ctest runs side by side.
INSTANTIATE_TEST_SUITE_P(Worlds, Convergence, testing::Values(1, 501));

}  // namespace
}  // namespace navette::sync
