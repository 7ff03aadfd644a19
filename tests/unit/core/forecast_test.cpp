#include "daemon/core/forecast.hpp"

#include <gtest/gtest.h>

namespace navette::core {
namespace {

using namespace std::chrono_literals;

const SteadyTime kStart{1h};

Outlook rate(double free, double per_second) {
    return {free, per_second, {}, 0};
}
Outlook quota(double free, SteadyTime renewed_at, double renewed) {
    return {free, 0, renewed_at, renewed};
}

TEST(Forecast, WithoutRulesABacklogEndsNow) {
    EXPECT_EQ(forecast(kStart, 1'000'000, {}), kStart);
}

TEST(Forecast, TheSlowestRuleDecides) {
    EXPECT_EQ(forecast(kStart, 110, {rate(10, 10), rate(100, 1)}), kStart + 10s);
    EXPECT_EQ(forecast(kStart, 210, {rate(10, 10), rate(100, 1)}), kStart + 110s);
}

TEST(Forecast, ADayRenewsAQuotaWhateverWasLeftOfTheOneBefore) {
    const auto midnight = kStart + 6h;
    EXPECT_EQ(forecast(kStart, 2'000, {quota(2'000, midnight, 8'000)}), kStart);
    EXPECT_EQ(forecast(kStart, 2'001, {quota(2'000, midnight, 8'000)}), midnight);
    EXPECT_EQ(forecast(kStart, 10'000, {quota(2'000, midnight, 8'000)}), midnight);
    EXPECT_EQ(forecast(kStart, 10'001, {quota(2'000, midnight, 8'000)}), midnight + 24h);
}

TEST(Forecast, WhatARateLeavesUndoneOfADayWaitsForNoQuota) {
    // An hour until midnight lets 3,600 through, which the quota would not have stopped.
    EXPECT_EQ(forecast(kStart, 7'200, {rate(0, 1), quota(5'000, kStart + 1h, 5'000)}), kStart + 2h);
}

TEST(Forecast, QuotasOfDifferentZonesAreRenewedEachAtItsOwnMoment) {
    EXPECT_EQ(forecast(kStart, 15, {quota(10, kStart + 2h, 10), quota(12, kStart + 5h, 10)}), kStart + 5h);
}

TEST(Forecast, ItIsNeverWhereNothingBecomesFree) {
    EXPECT_FALSE(forecast(kStart, 11, {rate(10, 0)}));
    EXPECT_FALSE(forecast(kStart, 11, {rate(10, -1)}));
    EXPECT_FALSE(forecast(kStart, 11, {quota(10, kStart + 1h, 0)}));
    EXPECT_FALSE(forecast(kStart, 1e12, {rate(0, 1)})) << "nor where it is further away than ten years";
}

}  // namespace
}  // namespace navette::core
