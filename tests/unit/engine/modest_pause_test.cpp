#include "daemon/engine/modest_pause.hpp"

#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;

TEST(ModestPause, AQuickLookIsRepeatedAfterTheUsualTime) {
    EXPECT_EQ(modest_pause(30s, 5ms, 5min), 30s);
    EXPECT_EQ(modest_pause(30s, 0ms, 5min), 30s);
}

TEST(ModestPause, ASlowLookTakesTwoPercentOfTheTime) {
    EXPECT_EQ(modest_pause(30s, 2s, 5min), 98s);
    EXPECT_EQ(modest_pause(1s, 1s, 5min), 49s);
}

TEST(ModestPause, ALookThatWasHeldUpIsRepeatedBeforeLong) {
    EXPECT_EQ(modest_pause(1s, 30s, 5min), 5min);
    EXPECT_EQ(modest_pause(1h, 30s, 5min), 1h);
}

}  // namespace
}  // namespace navette::engine
