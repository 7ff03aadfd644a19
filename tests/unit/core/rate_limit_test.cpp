#include "daemon/core/rate_limit.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace navette::core {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

const SteadyTime kStart{1h};
const Moment kThen{kStart, std::chrono::system_clock::time_point(1'700'000'000s)};

RateRule window(double requests, std::chrono::milliseconds per, double reserve = 0, std::string route = {}) {
    RateRule rule;
    rule.amount = requests;
    rule.per = per;
    rule.reserve = reserve;
    rule.route = std::move(route);
    return rule;
}

RateRule bucket(double points, double restore, double reserve = 0) {
    RateRule rule;
    rule.kind = RateRule::Kind::bucket;
    rule.amount = points;
    rule.restore = restore;
    rule.reserve = reserve;
    return rule;
}

RateRule quota(double amount, double reserve = 0, bool counts_costs = false) {
    RateRule rule;
    rule.kind = RateRule::Kind::quota;
    rule.amount = amount;
    rule.reserve = reserve;
    rule.zone = "UTC";
    rule.counts_costs = counts_costs;
    return rule;
}

Ask live(double cost = 1, std::string route = "GET /items") {
    return {std::move(route), cost, false};
}
Ask background(double cost = 1, std::string route = "GET /items") {
    return {std::move(route), cost, true};
}

Moment later(std::chrono::milliseconds span) {
    return {kThen.steady + span, kThen.wall + span};
}

int taken_at_once(RateLimit& limit, SteadyTime now, const Ask& ask) {
    int taken = 0;
    while (taken < 100'000 && !limit.take(now, ask)) {
        ++taken;
    }
    return taken;
}

RateReport says(
    SteadyTime as_of, double remaining, std::optional<std::chrono::milliseconds> reset_after = {}
) {
    RateReport report;
    report.as_of = as_of;
    report.remaining = remaining;
    report.reset_after = reset_after;
    return report;
}

TEST(RateLimit, CountsACallFromItsAnswerWhereThePlatformMayHaveCountedItSoLate) {
    RateLimit limit({window(2, 10s)});
    ASSERT_FALSE(limit.take(kStart));
    ASSERT_FALSE(limit.take(kStart + 1ms));
    limit.answered(kStart, kStart + 40ms);  // a new connection: it arrived at some moment before
    limit.answered(kStart + 1ms, kStart + 3ms);
    EXPECT_EQ(limit.ready_at(kStart + 50ms), kStart + 3ms + 10'010ms);
    ASSERT_FALSE(limit.take(kStart + 3ms + 10'010ms));
    EXPECT_EQ(limit.ready_at(kStart + 10'020ms), kStart + 40ms + 10'010ms);
}

TEST(RateLimit, LosesNoMoreThanATwentiethToAPlatformThatIsSlowToAnswer) {
    RateLimit limit({window(1, 1s)});
    ASSERT_FALSE(limit.take(kStart));
    limit.answered(kStart, kStart + 700ms);
    EXPECT_EQ(limit.ready_at(kStart + 700ms), kStart + 50ms + 1'010ms);
}

TEST(RateLimit, WhatIsAnsweredAfterItLeftTheWindowStaysOutOfIt) {
    RateLimit limit({window(1, 1s)});
    ASSERT_FALSE(limit.take(kStart));
    ASSERT_FALSE(limit.take(kStart + 1'010ms));
    limit.answered(kStart, kStart + 1'100ms);
    EXPECT_EQ(limit.ready_at(kStart + 1'200ms), kStart + 2'020ms);
}

TEST(RateLimit, LetsAWindowfulThroughAndThenNamesTheMomentOfTheNext) {
    RateLimit limit({window(2, 1000ms)});
    EXPECT_FALSE(limit.take(kStart).has_value());
    EXPECT_FALSE(limit.take(kStart + 300ms).has_value());
    EXPECT_EQ(limit.take(kStart + 400ms), kStart + 1010ms);
    EXPECT_FALSE(limit.take(kStart + 1010ms).has_value());
    EXPECT_EQ(limit.take(kStart + 1010ms), kStart + 1310ms);
}

TEST(RateLimit, TheMarginIsAHundredthOfAShortSpanAndTenMillisecondsOfALongOne) {
    RateLimit brief({window(1, 100ms)});
    RateLimit lasting({window(1, 1h)});
    EXPECT_FALSE(brief.take(kStart));
    EXPECT_FALSE(lasting.take(kStart));
    EXPECT_EQ(brief.take(kStart), kStart + 101ms);
    EXPECT_EQ(lasting.take(kStart), kStart + 1h + 10ms);
}

TEST(RateLimit, HoldsSeveralWindowsAtOnce) {
    RateLimit limit({window(2, 1000ms), window(3, 10000ms)});
    EXPECT_FALSE(limit.take(kStart).has_value());
    EXPECT_FALSE(limit.take(kStart).has_value());
    EXPECT_FALSE(limit.take(kStart + 2s).has_value());
    EXPECT_EQ(limit.take(kStart + 3s), kStart + 10010ms);
}

TEST(RateLimit, WithoutRulesOnlyAFreezeHoldsItBack) {
    RateLimit limit({});
    EXPECT_FALSE(limit.take(kStart).has_value());
    limit.freeze(kStart + 5s);
    limit.freeze(kStart + 2s);
    EXPECT_EQ(limit.take(kStart + 1s), kStart + 5s);
    EXPECT_FALSE(limit.take(kStart + 5s).has_value());
}

TEST(RateLimit, ARuleWithoutAnAmountLimitsNothing) {
    RateLimit limit({window(0, 1s), window(5, 0ms), bucket(5, 0)});
    EXPECT_EQ(taken_at_once(limit, kStart, live()), 100'000);
}

TEST(RateLimit, ARefusedAskIsTakenOutOfNoWindow) {
    RateLimit limit({window(5, 1s), window(1, 10s, 0, "POST /search")});
    EXPECT_FALSE(limit.take(kStart, live(1, "POST /search")));
    EXPECT_TRUE(limit.take(kStart, live(1, "POST /search")));
    EXPECT_EQ(taken_at_once(limit, kStart, live()), 4);
}

TEST(RateLimit, AWindowWithARouteCountsItsOwnAndHoldsOnlyThemBack) {
    RateLimit limit({window(100, 10s), window(1, 1s, 0, "POST /*/search")});
    const auto search = live(1, "POST /crm/search");
    EXPECT_FALSE(limit.take(kStart, live()));
    EXPECT_FALSE(limit.take(kStart, search));
    EXPECT_EQ(limit.take(kStart, search), kStart + 1010ms);
    EXPECT_TRUE(limit.held_by_route_only(kStart, search));
    EXPECT_FALSE(limit.take(kStart, live()));
    EXPECT_EQ(limit.route_bits("POST /crm/search"), 2U);
    EXPECT_EQ(limit.route_bits("GET /crm/search"), 0U);
    limit.freeze(kStart + 1s);
    EXPECT_FALSE(limit.held_by_route_only(kStart, search));
}

TEST(RateLimit, AnAskThatAWindowOfAllHoldsBackIsNotHeldByItsRouteOnly) {
    RateLimit limit({window(1, 10s), window(1, 1s, 0, "POST /search")});
    EXPECT_FALSE(limit.take(kStart, live(1, "POST /search")));
    EXPECT_FALSE(limit.held_by_route_only(kStart, live(1, "POST /search")));
}

TEST(RateLimit, BackgroundWorkLeavesTheReserveToLiveWork) {
    RateLimit limit({window(10, 10s, 0.2)});
    EXPECT_EQ(taken_at_once(limit, kStart, background()), 8);
    EXPECT_EQ(limit.take(kStart, background()), kStart + 10010ms);
    EXPECT_EQ(taken_at_once(limit, kStart, live()), 2);
}

TEST(RateLimit, LiveWorkIsNotHeldToTheReserve) {
    RateLimit limit({window(10, 10s, 0.2)});
    EXPECT_EQ(taken_at_once(limit, kStart, live()), 10);
    // As background work would be the ninth again only when two have left the window.
    EXPECT_EQ(limit.take(kStart, background()), kStart + 10010ms);
}

TEST(RateLimit, AReserveLeavesBackgroundWorkAtLeastOneRequest) {
    RateLimit limit({window(1, 1s, 0.5)});
    EXPECT_EQ(taken_at_once(limit, kStart, background()), 1);
}

TEST(RateLimit, PointsFlowBackAndARequestTakesItsCost) {
    RateLimit limit({bucket(100, 50)});
    EXPECT_FALSE(limit.take(kStart, live(60)));
    const auto again = limit.take(kStart, live(60));
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, kStart + 410ms);  // 20 points more, and what the margin of 10 ms brings
    EXPECT_FALSE(limit.take(*again, live(60)));
}

TEST(RateLimit, ACostAboveTheBucketNeedsAFullOne) {
    RateLimit limit({bucket(100, 50)});
    EXPECT_FALSE(limit.take(kStart, live(1)));
    EXPECT_TRUE(limit.take(kStart, live(1'000)));
    EXPECT_FALSE(limit.take(kStart + 1s, live(1'000)));
    EXPECT_GT(limit.take(kStart + 1s, live(1)), kStart + 17s) << "the debt is paid back";
}

TEST(RateLimit, TheReserveOfABucketIsKeptForLiveWork) {
    RateLimit limit({bucket(100, 50, 0.3)});
    EXPECT_FALSE(limit.take(kStart, background(60)));
    EXPECT_TRUE(limit.take(kStart, background(20)));
    EXPECT_FALSE(limit.take(kStart, live(20)));
}

TEST(RateLimit, AQuotaIsRenewedWhenItsDayEnds) {
    RateLimit limit({quota(3, 0.34)});
    EXPECT_THAT(limit.zones(), ElementsAre("UTC"));
    limit.day_ends("UTC", kStart, kStart + 2h);
    EXPECT_EQ(taken_at_once(limit, kStart, background()), 1);
    EXPECT_EQ(taken_at_once(limit, kStart, live()), 2);
    EXPECT_EQ(limit.take(kStart, live()), kStart + 2h + 1s);
    EXPECT_EQ(taken_at_once(limit, kStart + 2h + 1s, live()), 3);
    EXPECT_EQ(limit.take(kStart + 3h, live()), kStart + 26h + 1s) << "until it is told better";
    limit.day_ends("UTC", kStart + 3h, kStart + 25h);  // the clocks are set forward
    EXPECT_EQ(limit.take(kStart + 3h, live()), kStart + 25h + 1s);
}

TEST(RateLimit, ADayThatIsToldOverBeforeItsMomentIsOver) {
    RateLimit limit({quota(3)});
    limit.day_ends("UTC", kStart, kStart + 2h);
    EXPECT_EQ(taken_at_once(limit, kStart, live()), 3);
    limit.day_ends("UTC", kStart + 2h - 5ms, kStart + 26h);  // the two clocks drifted apart
    EXPECT_EQ(taken_at_once(limit, kStart + 2h, live()), 3);
    EXPECT_EQ(limit.take(kStart + 2h + 2s, live()), kStart + 26h + 1s) << "and no second day began";
}

TEST(RateLimit, AQuotaOfPointsCountsCosts) {
    RateLimit limit({quota(100, 0, true)});
    limit.day_ends("UTC", kStart, kStart + 2h);
    EXPECT_EQ(taken_at_once(limit, kStart, live(30)), 3);
    EXPECT_FALSE(limit.take(kStart, live(10)));
    EXPECT_TRUE(limit.take(kStart, live(1)));
}

TEST(RateLimit, ThePlatformsCountLowersWhatIsLeftUntilItsWindowEnds) {
    RateLimit limit({window(100, 10s)});
    EXPECT_FALSE(limit.take(kStart));
    limit.hear(kStart + 50ms, says(kStart, 20, 4s));
    EXPECT_EQ(taken_at_once(limit, kStart + 1s, live()), 20);
    EXPECT_EQ(limit.take(kStart + 1s), kStart + 4050ms);
    EXPECT_EQ(taken_at_once(limit, kStart + 4050ms, live()), 79);
}

TEST(RateLimit, ThePlatformsCountNeverRaisesWhatIsLeft) {
    RateLimit limit({window(10, 10s), bucket(50, 1), quota(30)});
    limit.day_ends("UTC", kStart, kStart + 2h);
    EXPECT_EQ(taken_at_once(limit, kStart, live()), 10);
    for (const auto per :
         {std::optional<std::chrono::milliseconds>(),
          std::optional<std::chrono::milliseconds>(10s),
          std::optional<std::chrono::milliseconds>(24h)}) {
        auto report = says(kStart, 5'000);
        report.per = per;
        report.limit = 5'000;
        limit.hear(kStart, report);
    }
    EXPECT_EQ(limit.take(kStart), kStart + 10010ms);
    EXPECT_EQ(taken_at_once(limit, kStart + 11s, live()), 10);
    EXPECT_EQ(taken_at_once(limit, kStart + 22s, live()), 10);
    EXPECT_EQ(limit.take(kStart + 33s), kStart + 2h + 1s);
}

TEST(RateLimit, ALateAnswersCountTakesNothingThatWasOurs) {
    RateLimit limit({window(10, 1s)});
    EXPECT_EQ(taken_at_once(limit, kStart, live()), 10);
    // Answered with "0 left" just before the window moved on, and heard just after.
    limit.hear(kStart + 1020ms, says(kStart, 0, 1s));
    EXPECT_EQ(taken_at_once(limit, kStart + 1020ms, live()), 10);
}

TEST(RateLimit, AnOlderReportThanTheLastIsPassedOver) {
    RateLimit limit({window(100, 10s)});
    EXPECT_FALSE(limit.take(kStart));
    EXPECT_FALSE(limit.take(kStart + 10ms));
    limit.hear(kStart + 50ms, says(kStart + 10ms, 60));
    limit.hear(kStart + 60ms, says(kStart, 5));
    EXPECT_EQ(taken_at_once(limit, kStart + 70ms, live()), 60);
}

TEST(RateLimit, ASmallerLimitOfThePlatformHoldsUntilItIsLarger) {
    RateLimit limit({window(100, 10s)});
    RateReport report;
    report.as_of = kStart;
    report.limit = 40;
    limit.hear(kStart, report);
    EXPECT_EQ(taken_at_once(limit, kStart, live()), 40);
    report.limit = 500;
    limit.hear(kStart, report);
    EXPECT_EQ(taken_at_once(limit, kStart, live()), 60);
}

TEST(RateLimit, AReportMeansTheNamedRuleOrElsePointsOrElseTheShortestThatCountsTheRoute) {
    const auto left_after = [](RateReport report) {
        RateLimit limit({window(1'000, 60s), window(100, 10s), window(50, 1s, 0, "POST /search")});
        report.as_of = kStart;
        report.remaining = 7;
        limit.hear(kStart, report);
        return std::pair(taken_at_once(limit, kStart, live()), limit.take(kStart, live()).value() - kStart);
    };
    RateReport report;
    report.route = "GET /items";
    EXPECT_EQ(left_after(report), std::pair(7, SteadyTime::duration(10010ms)));
    report.per = 60s;
    EXPECT_EQ(left_after(report), std::pair(7, SteadyTime::duration(60010ms)));
    report.per = 5s;
    EXPECT_EQ(left_after(report).first, 100) << "none is of that span";
    report = {};
    report.route = "POST /search";
    EXPECT_EQ(left_after(report).first, 100) << "only the search's own is lowered";
}

TEST(RateLimit, WhatARequestCostLessComesBackAndWhatItCostMoreIsTaken) {
    RateLimit limit({bucket(100, 1)});
    EXPECT_FALSE(limit.take(kStart, live(90)));
    RateReport report;
    report.as_of = kStart;
    report.overpaid = 60;
    limit.hear(kStart, report);
    EXPECT_FALSE(limit.take(kStart, live(65)));
    report.overpaid = -4;
    limit.hear(kStart, report);
    EXPECT_GT(limit.take(kStart, live(4)), kStart + 2s);
}

TEST(RateLimit, ASnapshotBringsLongRulesBackAfterARestart) {
    RateLimit before({window(10, 1h), window(5, 1s), quota(20)});
    before.day_ends("UTC", kStart, kStart + 3h);
    EXPECT_EQ(taken_at_once(before, kStart, live()), 5);
    EXPECT_EQ(taken_at_once(before, kStart + 10min, live()), 5);
    before.freeze(kStart + 70min);
    const auto snapshot = before.snapshot(later(10min));

    RateLimit after({window(10, 1h), window(5, 1s), quota(20)});
    const Moment now{SteadyTime{5s}, kThen.wall + 30min};  // another boot, another steady clock
    after.day_ends("UTC", now.steady, now.steady + 150min);
    after.restore(now, snapshot);
    EXPECT_EQ(after.take(now.steady), now.steady + 40min) << "frozen";
    EXPECT_EQ(taken_at_once(after, now.steady + 40min, live()), 5) << "those of the first moment have left";
    EXPECT_EQ(taken_at_once(after, now.steady + 70min, live()), 5);
    EXPECT_EQ(after.take(now.steady + 141min), now.steady + 150min + 1s) << "the day's twenty are used";
}

TEST(RateLimit, ASnapshotFitsChangedAmountsAndPassesRulesItDoesNotKnow) {
    RateLimit before({window(10, 1h)});
    EXPECT_EQ(taken_at_once(before, kStart, live()), 10);
    const auto snapshot = before.snapshot(later(0ms));
    RateLimit larger({window(12, 1h), window(4, 2h)});
    larger.restore(later(1min), snapshot);
    EXPECT_EQ(taken_at_once(larger, kStart + 1min, live()), 2);
    RateLimit smaller({window(3, 1h)});
    smaller.restore(later(1min), snapshot);
    EXPECT_EQ(smaller.take(kStart + 1min), kStart + 1h + 10ms);
}

TEST(RateLimit, AShortWindowsMemoryIsTakenOverWhereItIsAskedFor) {
    RateLimit before({window(10, 1s), bucket(100, 10)});
    EXPECT_EQ(taken_at_once(before, kStart, live(5)), 10);
    EXPECT_TRUE(before.snapshot(later(0ms)).empty());
    RateLimit after({window(10, 1s), bucket(100, 10)});
    after.restore(later(100ms), before.snapshot(later(100ms), 0ms));
    EXPECT_EQ(after.take(kStart + 100ms, live(45)), kStart + 1010ms);
    EXPECT_GT(after.take(kStart + 1010ms, live(65)), kStart + 1500ms);
}

TEST(RateLimit, WhatIsNoSnapshotIsPassedOver) {
    RateLimit limit({window(3, 1h), quota(5), bucket(7, 0.01)});
    for (const auto* text :
         {R"({"window 3600000 ": 5, "requests of a day UTC ": [], "bucket ": "x", "frozen_until": "soon"})",
          R"({"window 3600000 ": [[1], ["a", 2], [1700000000000, -4], [1, 2]]})",
          R"({"requests of a day UTC ": {"used": "a", "ends": 1}, "bucket ": {"used": 3}})",
          R"({"requests of a day UTC ": {"used": 4, "ends": 1699999999999}})"}) {
        limit.restore(kThen, boost::json::parse(text).as_object());
    }
    EXPECT_EQ(taken_at_once(limit, kStart, live()), 3);
}

TEST(RateLimit, TheRevisionRisesWithWhatASnapshotShows) {
    RateLimit limit({window(100, 1h, 0, "POST *"), window(100, 1s)});
    EXPECT_FALSE(limit.take(kStart));
    EXPECT_EQ(limit.revision(), 0U);
    EXPECT_FALSE(limit.take(kStart, live(1, "POST /items")));
    EXPECT_EQ(limit.revision(), 1U);
}

TEST(RateLimit, AForecastSpreadsABacklogOverItsWindows) {
    RateLimit limit({window(100, 10s)});
    EXPECT_EQ(limit.forecast(kStart, 100, background()), kStart) << "all at once";
    EXPECT_EQ(taken_at_once(limit, kStart, background()), 100);
    const auto end = limit.forecast(kStart, 36'000, background());
    ASSERT_TRUE(end);
    EXPECT_GT(*end, kStart + 1h);
    EXPECT_LT(*end, kStart + 1h + 10s);
}

TEST(RateLimit, AForecastOfBackgroundWorkLeavesTheReserveAndWhatLiveWorkUsesOfLate) {
    RateLimit limit({window(100, 10s, 0.2)});
    auto now = kStart;
    for (; now < kStart + 1h; now += 250ms) {
        EXPECT_FALSE(limit.take(now, live()));  // 4 a second
    }
    const auto end = limit.forecast(now, 3'600, background());  // 8 - 4 a second are left
    ASSERT_TRUE(end);
    EXPECT_NEAR(std::chrono::duration<double>(*end - now).count(), 900, 30);
}

TEST(RateLimit, AForecastIsNeverWhereLiveWorkLeavesNothing) {
    RateLimit limit({window(10, 10s, 0.5)});
    auto now = kStart;
    for (; now < kStart + 1h; now += 1100ms) {
        EXPECT_FALSE(limit.take(now, live()));
    }
    EXPECT_FALSE(limit.forecast(now, 1'000, background()));
    EXPECT_TRUE(limit.forecast(now, 1'000, live()));
}

TEST(RateLimit, AForecastCountsDaysAndCosts) {
    RateLimit limit({quota(10'000, 0.2), bucket(1'000, 50)});
    limit.day_ends("UTC", kStart, kStart + 6h);
    const auto end = limit.forecast(kStart, 20'000, background(100));
    ASSERT_TRUE(end);
    // 8,000 today and 8,000 tomorrow; the 4,000 of the day after take 2 s each.
    EXPECT_NEAR(std::chrono::duration<double>(*end - kStart).count(), (30 * 3600) + 8'000, 60);
}

TEST(RateLimit, AForecastBeginsWhenAFreezeEnds) {
    RateLimit limit({});
    limit.freeze(kStart + 1h);
    EXPECT_EQ(limit.forecast(kStart, 5, live()), kStart + 1h);
}

TEST(RouteMatches, StarsStandForAnyCharacters) {
    EXPECT_TRUE(route_matches("POST /search", "POST /search"));
    EXPECT_FALSE(route_matches("POST /search", "POST /search/x"));
    EXPECT_FALSE(route_matches("POST /search", "GET /search"));
    EXPECT_TRUE(route_matches("POST /search*", "POST /search/x"));
    EXPECT_TRUE(route_matches("* /crm/*/search", "POST /crm/v3/objects/search"));
    EXPECT_FALSE(route_matches("* /crm/*/search", "POST /crm/v3/objects/search/more"));
    EXPECT_TRUE(route_matches("GET *", "GET /"));
    EXPECT_TRUE(route_matches("*ab*ab", "GET /abxab"));
    EXPECT_FALSE(route_matches("", "GET /"));
    EXPECT_TRUE(route_matches("**", ""));
}

}  // namespace
}  // namespace navette::core
