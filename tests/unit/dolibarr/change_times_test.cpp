#include "change_times.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace navette::dolibarr {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kNow{seconds(1'795'249'076)};

/// A record made `ago`, changed `after` that, as a site shows it whose times of change are off by `shift`.
ToldTimes times(seconds ago, seconds after, seconds shift) {
    return {kNow - ago, kNow - ago + after + shift};
}

std::optional<seconds> proven(const std::vector<ToldTimes>& newest, std::optional<seconds> zone = {}) {
    return proven_shift(newest, kNow, zone);
}

TEST(ChangeTimes, SayNothingWhereTheZonesAgree) {
    EXPECT_EQ(proven({}), std::nullopt);
    EXPECT_EQ(
        proven({times(hours(2), seconds(0), seconds(0)), times(hours(2), hours(1), seconds(0))}), std::nullopt
    );
    EXPECT_EQ(proven({times(seconds(5), seconds(5), seconds(0))}, hours(2)), std::nullopt);
}

TEST(ChangeTimes, ClocksOfTwoMachinesThatDifferByMinutesAreNoZones) {
    EXPECT_EQ(proven({times(seconds(5), seconds(0), minutes(4))}, hours(1)), std::nullopt);
    EXPECT_EQ(proven({times(seconds(5), seconds(0), -minutes(4))}, hours(1)), std::nullopt);
}

TEST(ChangeTimes, ARecordChangedBeforeItWasMadeShowsThatTheyAreBehind) {
    EXPECT_EQ(proven({times(hours(3), seconds(1), -hours(1))}, hours(1)), -hours(1));
    EXPECT_EQ(proven({times(hours(3), minutes(20), -hours(2))}, hours(2)), -hours(2)) << "by the zone of PHP";
    EXPECT_EQ(proven({times(hours(3), seconds(2), -minutes(330))}), -minutes(330))
        << "a site that hides its zone";
}

TEST(ChangeTimes, AChangeInTheFutureShowsThatTheyAreAhead) {
    EXPECT_EQ(proven({times(minutes(10), seconds(1), hours(1))}, seconds(0)), hours(1));
    EXPECT_EQ(proven({times(hours(90), hours(90) - minutes(10), hours(1))}, seconds(0)), hours(1));
    EXPECT_EQ(proven({times(hours(90), hours(90) - minutes(10), hours(5))}, -hours(5)), hours(5));
}

TEST(ChangeTimes, WhatWasMadeBeforeTheClocksWereLastMovedProvesNothing) {
    EXPECT_EQ(proven({times(hours(24 * 40), seconds(0), -hours(2))}, hours(1)), std::nullopt);
}

}  // namespace
}  // namespace navette::dolibarr
