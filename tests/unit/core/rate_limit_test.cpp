#include "daemon/core/rate_limit.hpp"

#include <gtest/gtest.h>

#include <random>

namespace navette::core {
namespace {

using namespace std::chrono_literals;

const SteadyTime kStart{1h};

TEST(RateLimit, LetsAWindowfulThroughAndThenNamesTheMomentOfTheNext) {
    RateLimit limit({{2, 1000ms}});
    EXPECT_FALSE(limit.take(kStart).has_value());
    EXPECT_FALSE(limit.take(kStart + 300ms).has_value());
    EXPECT_EQ(limit.take(kStart + 400ms), kStart + 1000ms);
    EXPECT_FALSE(limit.take(kStart + 1000ms).has_value());
    EXPECT_EQ(limit.take(kStart + 1000ms), kStart + 1300ms);
}

TEST(RateLimit, HoldsSeveralWindowsAtOnce) {
    RateLimit limit({{2, 1000ms}, {3, 10000ms}});
    EXPECT_FALSE(limit.take(kStart).has_value());
    EXPECT_FALSE(limit.take(kStart).has_value());
    EXPECT_FALSE(limit.take(kStart + 1s).has_value());
    EXPECT_EQ(limit.take(kStart + 2s), kStart + 10s);
}

TEST(RateLimit, WithoutWindowsOnlyAFreezeHoldsItBack) {
    RateLimit limit({});
    EXPECT_FALSE(limit.take(kStart).has_value());
    limit.freeze(kStart + 5s);
    limit.freeze(kStart + 2s);
    EXPECT_EQ(limit.take(kStart + 1s), kStart + 5s);
    EXPECT_FALSE(limit.take(kStart + 5s).has_value());
}

TEST(RateLimit, NeverExceedsAnySlidingWindowAndWastesNothingUnderLoad) {
    std::mt19937 random(7);
    RateLimit limit({{100, 10000ms}, {20, 1000ms}});
    std::vector<SteadyTime> sent;
    auto now = kStart;
    while (now < kStart + 120s) {
        if (const auto again = limit.take(now)) {
            ASSERT_GT(*again, now);
            now = *again + std::chrono::microseconds(random() % 500);
        } else {
            sent.push_back(now);
        }
    }
    for (std::size_t at = 0; at < sent.size(); ++at) {
        if (at >= 100) {
            EXPECT_GE(sent[at] - sent[at - 100], 10s);
        }
        if (at >= 20) {
            EXPECT_GE(sent[at] - sent[at - 20], 1s);
        }
    }
    EXPECT_GE(sent.size(), 1190U);  // of 1,200 that two minutes allow
}

}  // namespace
}  // namespace navette::core
