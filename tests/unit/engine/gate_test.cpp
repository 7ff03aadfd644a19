#include "daemon/engine/gate.hpp"

#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Moment = Gate::Moment;

constexpr Moment kNine = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + hours(9);

sync::Schedule schedule(const char* text) {
    const auto parsed = sync::Schedule::parse(text);
    EXPECT_TRUE(parsed);
    return parsed.value_or(sync::Schedule());
}

Gate hourly(std::optional<Moment> flushed_at) {
    return {schedule("hourly"), flushed_at};
}

TEST(Gate, IsOpenInRealtimeAndHasNothingToWrite) {
    Gate gate;
    EXPECT_EQ(gate.opens_at(kNine), kNine);
    EXPECT_TRUE(gate.is_open(kNine));
    EXPECT_FALSE(gate.ran_dry(kNine));
    EXPECT_TRUE(gate.is_open(kNine));
}

TEST(Gate, OpensAtItsMomentAndStaysOpenUntilTheLaneHasRunDry) {
    auto gate = hourly(kNine);
    EXPECT_FALSE(gate.is_open(kNine + minutes(20)));
    EXPECT_EQ(gate.opens_at(kNine + minutes(20)), kNine + hours(1)) << "when to look again";
    EXPECT_TRUE(gate.is_open(kNine + hours(1)));
    EXPECT_TRUE(gate.is_open(kNine + minutes(110))) << "a long flush is not cut off";

    const auto flush = gate.ran_dry(kNine + minutes(110));
    ASSERT_TRUE(flush);
    EXPECT_EQ(flush->flushed_at, kNine + minutes(110));
    EXPECT_FALSE(flush->answered);
    EXPECT_FALSE(gate.is_open(kNine + minutes(110)));
    EXPECT_EQ(gate.opens_at(kNine + minutes(110)), kNine + hours(2));
}

TEST(Gate, AFlushThatLastsOverAMomentIsThatMomentsToo) {
    auto gate = hourly(kNine);
    EXPECT_TRUE(gate.is_open(kNine + hours(1)));
    ASSERT_TRUE(gate.ran_dry(kNine + minutes(130)));
    EXPECT_EQ(gate.opens_at(kNine + minutes(130)), kNine + hours(3));
}

TEST(Gate, AClosedOneIsNotClosedAgain) {
    auto gate = hourly(kNine);
    EXPECT_FALSE(gate.ran_dry(kNine + minutes(30))) << "what a closed lane sees counts as no flush";
    EXPECT_EQ(gate.opens_at(kNine + minutes(30)), kNine + hours(1));
}

TEST(Gate, ARestartedNodeFlushesWhatWasMissedAndGoesOnWithWhatWasCutOff) {
    EXPECT_TRUE(hourly(std::nullopt).is_open(kNine)) << "never flushed";
    EXPECT_TRUE(hourly(kNine - minutes(1)).is_open(kNine + minutes(1)))
        << "down at nine, or killed in that flush";
    EXPECT_FALSE(hourly(kNine + seconds(30)).is_open(kNine + minutes(1)));
}

TEST(Gate, AClockThatWasSetBackHoldsItUntilItsNextMomentOnly) {
    auto gate = hourly(kNine + minutes(90));
    EXPECT_EQ(gate.opens_at(kNine + minutes(20)), kNine + hours(1));
    EXPECT_FALSE(gate.is_open(kNine + minutes(59)));
    EXPECT_TRUE(gate.is_open(kNine + minutes(61))) << "the flush of half past ten is still to come";
    EXPECT_TRUE(gate.ran_dry(kNine + minutes(62)));
    EXPECT_EQ(gate.opens_at(kNine + minutes(62)), kNine + hours(2));
}

TEST(Gate, ARequestOpensItAtOnceAndIsAnsweredOnce) {
    auto gate = hourly(kNine);
    const auto now = kNine + minutes(20);
    const auto asked = kNine - hours(5);  // the database's clock may be behind ours
    gate.request(asked);
    EXPECT_TRUE(gate.is_open(now));
    const auto flush = gate.ran_dry(now);
    ASSERT_TRUE(flush);
    EXPECT_EQ(flush->answered, asked);
    EXPECT_EQ(gate.opens_at(now), kNine + hours(1)) << "the schedule stays as it is";

    gate.request(asked);
    EXPECT_FALSE(gate.is_open(now)) << "the row was read before the answer was written";
    gate.request(asked + std::chrono::microseconds(1));
    EXPECT_TRUE(gate.is_open(now)) << "another request";
    gate.request(std::nullopt);
    EXPECT_FALSE(gate.is_open(now)) << "taken back";
}

TEST(Gate, ARequestDuringAFlushIsAnsweredByIt) {
    auto gate = hourly(kNine - hours(2));
    ASSERT_TRUE(gate.is_open(kNine));
    gate.request(kNine + minutes(1));
    const auto flush = gate.ran_dry(kNine + minutes(2));
    ASSERT_TRUE(flush);
    EXPECT_EQ(flush->answered, kNine + minutes(1));
    EXPECT_FALSE(gate.is_open(kNine + minutes(2)));
}

TEST(Gate, ARequestInRealtimeIsAnsweredWhenTheLaneHasRunDry) {
    Gate gate;
    gate.request(kNine);
    const auto flush = gate.ran_dry(kNine + seconds(1));
    ASSERT_TRUE(flush);
    EXPECT_EQ(flush->answered, kNine);
    EXPECT_FALSE(gate.ran_dry(kNine + seconds(2)));
}

TEST(Gate, AnotherScheduleHoldsAtOnce) {
    auto gate = hourly(kNine);
    const auto now = kNine + minutes(20);
    gate.follow(schedule("realtime"));
    EXPECT_TRUE(gate.is_open(now));
    gate.follow(schedule("every: 15m"));
    EXPECT_TRUE(gate.is_open(now)) << "the quarter past was missed";
    gate.follow(schedule("daily"));
    EXPECT_EQ(gate.opens_at(now), kNine + hours(15));
}

}  // namespace
}  // namespace navette::engine
