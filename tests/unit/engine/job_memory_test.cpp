#include "daemon/engine/job_memory.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace navette::engine {
namespace {

constexpr std::size_t kMiB = 1U << 20U;
constexpr std::size_t kPage = 16U << 10U;

/// Lanes that want all they can get, a page after another; ends when none may go on.
std::vector<std::size_t> fill(JobMemory& memory, std::vector<std::unique_ptr<JobMemory::Part>>& lanes) {
    std::vector<std::size_t> held(lanes.size(), 0);
    bool goes_on = true;
    while (goes_on) {
        goes_on = false;
        for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
            if (held[lane] < memory.share()) {
                held[lane] += kPage;
                lanes[lane]->hold(held[lane]);
                goes_on = true;
            }
        }
    }
    return held;
}

std::vector<std::unique_ptr<JobMemory::Part>> lanes_of(JobMemory& memory, int count) {
    std::vector<std::unique_ptr<JobMemory::Part>> lanes;
    for (int lane = 0; lane < count; ++lane) {
        lanes.push_back(std::make_unique<JobMemory::Part>(memory));
    }
    return lanes;
}

TEST(JobMemory, AFewLanesHavePlentyAndManyShareWithSomethingLeft) {
    for (const int count : {1, 2, 3, 10, 100}) {
        JobMemory memory(128 * kMiB);
        auto lanes = lanes_of(memory, count);
        const auto held = fill(memory, lanes);
        EXPECT_LE(held.front() - held.back(), kPage) << "of " << count;
        EXPECT_GE(held.front(), count <= 3 ? 32 * kMiB : 128 * kMiB / static_cast<std::size_t>(count + 2));
        EXPECT_LT(memory.held(), 128 * kMiB);
        EXPECT_GE(memory.share(), held.front() / 2) << "for whoever comes";
    }
}

TEST(JobMemory, WhoComesWhenNothingIsLeftGoesOnWithALittle) {
    JobMemory memory(kMiB);
    JobMemory::Part greedy(memory);
    greedy.hold(5 * kMiB);
    EXPECT_EQ(memory.share(), 65'536U);
    memory.resize(128 * kMiB);
    EXPECT_EQ(memory.share(), 32 * kMiB);
}

TEST(JobMemory, WhatALaneHeldIsGivenBackWithIt) {
    JobMemory memory(kMiB);
    {
        JobMemory::Part part(memory);
        part.hold(300'000);
        part.hold(200'000);
        EXPECT_EQ(memory.held(), 200'000U);
    }
    EXPECT_EQ(memory.held(), 0U);
}

}  // namespace
}  // namespace navette::engine
