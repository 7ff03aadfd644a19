#include "daemon/engine/queue_gauges.hpp"

#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;

TEST(QueueGauges, AQuickCountIsRepeatedAfterTheUsualTime) {
    EXPECT_EQ(pause_after_count(30s, 5ms), 30s);
    EXPECT_EQ(pause_after_count(30s, 0ms), 30s);
}

TEST(QueueGauges, ASlowCountTakesTwoPercentOfTheTime) {
    EXPECT_EQ(pause_after_count(30s, 2s), 98s);
    EXPECT_EQ(pause_after_count(1s, 1s), 49s);
}

}  // namespace
}  // namespace navette::engine
