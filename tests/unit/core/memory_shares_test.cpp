#include "daemon/core/memory_shares.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

namespace navette::core {
namespace {

constexpr std::size_t kMiB = 1U << 20U;
constexpr std::size_t kPage = 16U << 10U;

/// Those who want all they can get, a page after another; ends when none may go on.
std::vector<std::size_t> fill(MemoryShares& memory, std::vector<std::unique_ptr<MemoryShares::Part>>& parts) {
    std::vector<std::size_t> held(parts.size(), 0);
    bool goes_on = true;
    while (goes_on) {
        goes_on = false;
        for (std::size_t one = 0; one < parts.size(); ++one) {
            if (held[one] < memory.share()) {
                held[one] += kPage;
                parts[one]->hold(held[one]);
                goes_on = true;
            }
        }
    }
    return held;
}

std::vector<std::unique_ptr<MemoryShares::Part>> parts_of(MemoryShares& memory, int count) {
    std::vector<std::unique_ptr<MemoryShares::Part>> parts;
    for (int one = 0; one < count; ++one) {
        parts.push_back(std::make_unique<MemoryShares::Part>(memory));
    }
    return parts;
}

TEST(MemoryShares, AFewHavePlentyAndManyShareWithSomethingLeft) {
    for (const int count : {1, 2, 3, 10, 100}) {
        MemoryShares memory({128 * kMiB, 64U << 10U, 32 * kMiB});
        auto parts = parts_of(memory, count);
        const auto held = fill(memory, parts);
        EXPECT_LE(held.front() - held.back(), kPage) << "of " << count;
        EXPECT_GE(held.front(), count <= 3 ? 32 * kMiB : 128 * kMiB / static_cast<std::size_t>(count + 2));
        EXPECT_LT(memory.held(), 128 * kMiB);
        EXPECT_GE(memory.share(), held.front() / 2) << "for whoever comes";
    }
}

TEST(MemoryShares, WhoComesWhenNothingIsLeftGoesOnWithALittle) {
    MemoryShares memory({kMiB, 64U << 10U, 32 * kMiB});
    MemoryShares::Part greedy(memory);
    greedy.hold(5 * kMiB);
    EXPECT_EQ(memory.share(), 65'536U);
    EXPECT_TRUE(memory.is_used_up());
    memory.resize(128 * kMiB);
    EXPECT_FALSE(memory.is_used_up());
    EXPECT_EQ(memory.share(), 32 * kMiB);
}

TEST(MemoryShares, TenThousandThatGoOnWithTheLeastStayWithinThreeTimesTheWhole) {
    MemoryShares memory({128 * kMiB, 64U << 10U, 32 * kMiB, true});
    auto parts = parts_of(memory, 10'000);
    std::size_t most = 0;
    for (auto& part : parts) {
        const auto share = memory.share();
        part->hold(std::min(share, std::size_t{64} << 10U));
        EXPECT_GT(share, 16U << 10U) << "each goes on";
        most = std::max(most, memory.held());
    }
    EXPECT_LT(most, 3 * 128 * kMiB);
}

TEST(MemoryShares, WhatOneHeldIsGivenBackWithIt) {
    MemoryShares memory({kMiB, 64U << 10U, 32 * kMiB});
    {
        MemoryShares::Part part(memory);
        part.hold(300'000);
        part.hold(200'000);
        EXPECT_EQ(memory.held(), 200'000U);
    }
    EXPECT_EQ(memory.held(), 0U);
}

}  // namespace
}  // namespace navette::core
