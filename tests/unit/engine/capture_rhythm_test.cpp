#include "daemon/engine/capture_rhythm.hpp"

#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using Say = CaptureRhythm::Say;
using std::chrono::milliseconds;

/// Looks in vain until it says something; fails where it never does.
CaptureRhythm::Next until_said(CaptureRhythm& rhythm) {
    for (int look = 0; look < 10; ++look) {
        const auto next = rhythm.quiet();
        if (next.say != Say::nothing) {
            return next;
        }
        EXPECT_GT(next.wait, milliseconds(0));
    }
    ADD_FAILURE() << "it never said anything";
    return {Say::nothing, milliseconds(0)};
}

TEST(CaptureRhythm, ItFallsAsleepAfterSomeLooksInVainAndLooksOnceMoreAtOnce) {
    CaptureRhythm rhythm;
    const auto next = until_said(rhythm);
    EXPECT_EQ(next.say, Say::asleep);
    EXPECT_EQ(next.wait, milliseconds(0)) << "who saw it awake may have committed just before";
    EXPECT_TRUE(rhythm.asleep());
}

TEST(CaptureRhythm, AsleepItLooksAgainSoonAndThenNowAndThen) {
    CaptureRhythm rhythm;
    until_said(rhythm);
    auto last = milliseconds(0);
    for (int look = 0; look < 20; ++look) {
        const auto next = rhythm.quiet();
        EXPECT_EQ(next.say, Say::nothing);
        EXPECT_GE(next.wait, last);
        last = next.wait;
    }
    EXPECT_EQ(last, milliseconds(1'000));
}

TEST(CaptureRhythm, WhatIsFoundWakesItOnce) {
    CaptureRhythm rhythm;
    EXPECT_EQ(rhythm.found().say, Say::nothing) << "it was not asleep";
    until_said(rhythm);
    EXPECT_EQ(rhythm.found().say, Say::awake);
    EXPECT_EQ(rhythm.found().say, Say::nothing);
    EXPECT_FALSE(rhythm.asleep());
    EXPECT_EQ(until_said(rhythm).say, Say::asleep);
}

TEST(CaptureRhythm, WhileMoreComesItDoesNotFallAsleep) {
    CaptureRhythm rhythm;
    for (int look = 0; look < 50; ++look) {
        EXPECT_EQ((look % 3 == 0 ? rhythm.found() : rhythm.quiet()).say, Say::nothing);
    }
}

}  // namespace
}  // namespace navette::engine
