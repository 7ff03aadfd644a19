#include "daemon/core/breaker.hpp"

#include <gtest/gtest.h>

#include <random>

namespace navette::core {
namespace {

using namespace std::chrono_literals;

const SteadyTime kStart{1h};
constexpr double kLongest = 1.0;  // of the jitter

Breaker breaker() {
    return {1s, 60s, 2min};
}

TEST(Breaker, ClosedItLetsEveryCallStart) {
    auto one = breaker();
    EXPECT_FALSE(one.may_start(kStart));
    EXPECT_FALSE(one.may_start(kStart));
    EXPECT_FALSE(one.answered());
    EXPECT_EQ(one.state(), Breaker::State::closed);
}

TEST(Breaker, AnOutageOpensItForAPauseThenOneProbeIsLetThrough) {
    auto one = breaker();
    EXPECT_EQ(one.unavailable(kStart, {}, kLongest), 1s);
    EXPECT_EQ(one.may_start(kStart + 10ms), kStart + 1s);
    EXPECT_FALSE(one.may_start(kStart + 1s));
    EXPECT_EQ(one.state(), Breaker::State::half_open);
    EXPECT_EQ(one.may_start(kStart + 1s), kStart + 1s + 2min) << "one probe, not two";
    EXPECT_TRUE(one.answered());
    EXPECT_FALSE(one.may_start(kStart + 1s));
    EXPECT_FALSE(one.may_start(kStart + 1s));
}

TEST(Breaker, AProbesOutageOpensItLongerUpToAMinuteAndAnAnswerBeginsAnew) {
    auto one = breaker();
    auto now = kStart;
    for (const auto expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
        ASSERT_FALSE(one.may_start(now));
        ASSERT_EQ(one.unavailable(now, {}, kLongest), expected);
        now += expected;
    }
    EXPECT_FALSE(one.may_start(now));
    EXPECT_TRUE(one.answered());
    EXPECT_EQ(one.unavailable(now, {}, kLongest), 1s);
}

TEST(Breaker, APauseIsJitteredByHalf) {
    auto one = breaker();
    EXPECT_EQ(one.unavailable(kStart, {}, 0), 500ms);
}

TEST(Breaker, WhatThePlatformAsksForWinsOverTheBackoff) {
    auto one = breaker();
    EXPECT_EQ(one.unavailable(kStart, 10min, kLongest), 10min);
    EXPECT_EQ(one.may_start(kStart + 9min), kStart + 10min);
    auto brief = breaker();
    EXPECT_EQ(brief.unavailable(kStart, 0ms, kLongest), 1ms) << "time moves on";
}

TEST(Breaker, CallsThatWereUnderWayFindTheSameOutage) {
    auto one = breaker();
    EXPECT_EQ(one.unavailable(kStart, {}, kLongest), 1s);
    EXPECT_EQ(one.unavailable(kStart + 200ms, {}, kLongest), 800ms);
    EXPECT_EQ(one.unavailable(kStart + 300ms, 5s, kLongest), 5s) << "but may say that it lasts longer";
    EXPECT_EQ(one.may_start(kStart + 2s), kStart + 5300ms);
    EXPECT_FALSE(one.may_start(kStart + 5300ms));
    EXPECT_EQ(one.unavailable(kStart + 6s, {}, kLongest), 2s) << "the second outage, not the fourth";
}

TEST(Breaker, AnAnswerToACallOfBeforeDoesNotCloseIt) {
    auto one = breaker();
    static_cast<void>(one.unavailable(kStart, {}, kLongest));
    EXPECT_FALSE(one.answered());
    EXPECT_TRUE(one.may_start(kStart + 10ms));
}

TEST(Breaker, AProbeThatIsGivenBackMayBeAnothers) {
    auto one = breaker();
    EXPECT_FALSE(one.give_back());
    static_cast<void>(one.unavailable(kStart, {}, kLongest));
    EXPECT_FALSE(one.give_back()) << "nothing was let through";
    EXPECT_TRUE(one.may_start(kStart + 10ms));
    EXPECT_FALSE(one.may_start(kStart + 1s));
    EXPECT_TRUE(one.give_back());
    EXPECT_FALSE(one.may_start(kStart + 1s));
    EXPECT_TRUE(one.may_start(kStart + 1s)) << "and that is one probe again";
}

TEST(Breaker, AProbeThatNeverReportsIsTakenForLost) {
    auto one = breaker();
    static_cast<void>(one.unavailable(kStart, {}, kLongest));
    EXPECT_FALSE(one.may_start(kStart + 1s));
    EXPECT_TRUE(one.may_start(kStart + 1s + 119s));
    EXPECT_FALSE(one.may_start(kStart + 1s + 2min));
    EXPECT_TRUE(one.may_start(kStart + 1s + 2min));
}

TEST(Breaker, InAnyHistoryAtMostOneProbeIsOutAndTheAccountIsNeverBlockedForGood) {
    std::mt19937 random(11);
    for (int history = 0; history < 5'000; ++history) {
        auto one = breaker();
        auto now = kStart;
        int started_since_closed = 0;
        auto lets_again = now;  // no later than that
        for (int step = 0; step < 40; ++step) {
            now += std::chrono::milliseconds(random() % 3'000);
            const auto before = one.state();
            switch (random() % 4) {
                case 0: {
                    const auto again = one.may_start(now);
                    ASSERT_TRUE(!again || *again > now);
                    if (again) {
                        ASSERT_LE(*again, lets_again);
                    } else if (before == Breaker::State::open) {
                        started_since_closed = 1;
                        lets_again = now + 2min;
                    } else if (before == Breaker::State::half_open) {
                        ASSERT_GE(now, lets_again) << "a second probe";
                        lets_again = now + 2min;
                    }
                    break;
                }
                case 1:
                    if (one.answered()) {
                        ASSERT_EQ(before, Breaker::State::half_open);
                        ASSERT_EQ(std::exchange(started_since_closed, 0), 1);
                    }
                    break;
                case 2: {
                    const auto pause = one.unavailable(now, {}, 0.3);
                    ASSERT_GE(pause, 1ms);
                    ASSERT_LE(pause, 60s);
                    ASSERT_EQ(one.state(), Breaker::State::open);
                    lets_again = now + pause;
                    break;
                }
                default:
                    if (one.give_back()) {
                        ASSERT_EQ(before, Breaker::State::half_open);
                        lets_again = now;
                    }
            }
        }
        ASSERT_FALSE(one.may_start(std::max(now, lets_again)));
    }
}

}  // namespace
}  // namespace navette::core
