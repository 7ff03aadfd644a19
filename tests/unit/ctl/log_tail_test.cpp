#include "daemon/ctl/log_tail.hpp"

#include <gtest/gtest.h>

namespace navette::ctl {
namespace {

using namespace std::chrono_literals;

TEST(LogTail, LooksBehindTheNewestRowForOnesThatCommitLate) {
    const LogTail::Time start{};
    LogTail tail(100, 5s);
    tail.add(102);
    tail.move_on(102, start);
    EXPECT_EQ(tail.floor(), 100) << "101 may be under way";
    EXPECT_EQ(tail.seen(), std::vector<std::int64_t>{102});

    tail.add(101);
    tail.move_on(102, start + 4s);
    EXPECT_EQ(tail.floor(), 100);
    EXPECT_EQ(tail.seen(), (std::vector<std::int64_t>{101, 102}));
}

TEST(LogTail, ForgetsWhatLiesBehindTheFloor) {
    const LogTail::Time start{};
    LogTail tail(100, 5s);
    tail.add(102);
    tail.move_on(102, start);
    tail.add(110);
    tail.move_on(110, start + 3s);
    tail.move_on(110, start + 5s);
    EXPECT_EQ(tail.floor(), 102);
    EXPECT_EQ(tail.seen(), std::vector<std::int64_t>{110});
}

TEST(LogTail, MovesOnWhereNothingFitsItsFilter) {
    const LogTail::Time start{};
    LogTail tail(100, 5s);
    for (int second = 0; second <= 60; ++second) {
        tail.move_on(100 + second, start + std::chrono::seconds(second));
    }
    EXPECT_EQ(tail.floor(), 155);
    EXPECT_TRUE(tail.seen().empty());
}

TEST(LogTail, NeverGoesBack) {
    LogTail tail(100, 0s);
    tail.move_on(0, LogTail::Time{});
    EXPECT_EQ(tail.floor(), 100) << "the newest partition was dropped, the ids go on";
}

}  // namespace
}  // namespace navette::ctl
