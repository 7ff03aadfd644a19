#include "daemon/engine/source_pressure.hpp"

#include <gtest/gtest.h>

namespace navette::engine {
namespace {

TEST(SourcePressure, ItStopsAtTheMostAndGoesOnBelowHalf) {
    SourcePressure pressure(100);
    EXPECT_TRUE(pressure.wants_count()) << "nothing is known yet";
    pressure.counted(99);
    EXPECT_FALSE(pressure.paused());
    pressure.counted(100);
    EXPECT_TRUE(pressure.paused());
    pressure.counted(50);
    EXPECT_TRUE(pressure.paused()) << "half is not below half";
    EXPECT_TRUE(pressure.wants_count());
    pressure.counted(49);
    EXPECT_FALSE(pressure.paused());
    EXPECT_FALSE(pressure.wants_count());
    pressure.counted(60);
    EXPECT_FALSE(pressure.paused()) << "between half and most it stays as it was";
}

TEST(SourcePressure, WhatWasQueuedSinceIsEnoughToKnowThatThereIsRoom) {
    SourcePressure pressure(100);
    pressure.counted(10);
    pressure.queued(80);
    EXPECT_FALSE(pressure.wants_count());
    pressure.queued(10);
    EXPECT_TRUE(pressure.wants_count());
    EXPECT_FALSE(pressure.paused()) << "jobs may have finished meanwhile";
    pressure.counted(20);
    EXPECT_FALSE(pressure.wants_count());
    pressure.forget();
    EXPECT_TRUE(pressure.wants_count());
}

TEST(SourcePressure, EvenOfOneJobTheEndIsSeen) {
    SourcePressure pressure(1);
    pressure.counted(1);
    EXPECT_TRUE(pressure.paused());
    pressure.counted(0);
    EXPECT_FALSE(pressure.paused());
}

}  // namespace
}  // namespace navette::engine
