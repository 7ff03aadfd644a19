#include "daemon/sync/schedule.hpp"

#include "daemon/sync/iso_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace navette::sync {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Moment = Schedule::Moment;

Moment at(std::string_view text) {
    const auto read = parse_iso(text);
    return std::chrono::sys_days(read->day) + read->time_of_day.value_or(milliseconds(0)) -
           read->offset.value_or(seconds(0));
}

std::string iso(Moment moment) {
    return iso_instant(std::chrono::floor<milliseconds>(moment), seconds(0));
}

Schedule schedule(std::string_view text) {
    const auto parsed = Schedule::parse(text);
    EXPECT_TRUE(parsed) << parsed.error().message;
    return parsed.value_or(Schedule());
}

/// The next moment for a lane that has just run dry.
std::string next(std::string_view text, std::string_view now) {
    return iso(schedule(text).next(at(now), at(now)));
}

/// The moments that follow one another, as a lane meets them that runs dry at once.
std::vector<std::string> moments(std::string_view text, std::string_view from, int count) {
    std::vector<std::string> met;
    for (auto moment = at(from); count > 0; --count) {
        moment = schedule(text).next(moment, moment);
        met.push_back(iso(moment));
    }
    return met;
}

TEST(Schedule, IsStoredInOneSpellingThatReadsBack) {
    const auto spelling = [](std::string_view text) { return schedule(text).text(); };
    EXPECT_EQ(Schedule().text(), "realtime");
    EXPECT_EQ(spelling("realtime"), "realtime");
    EXPECT_EQ(spelling(" hourly "), "hourly");
    EXPECT_EQ(spelling("daily"), "daily");
    EXPECT_EQ(spelling("daily at 02:30"), "daily at 02:30");
    EXPECT_EQ(spelling("daily  at 23:59   Europe/Paris"), "daily at 23:59 Europe/Paris");
    for (const auto* text : {"every: 5m", "every 5m", "every:5m", "every: 300s"}) {
        EXPECT_EQ(spelling(text), "every: 5m") << text;
    }
    EXPECT_EQ(spelling("every: 1m"), "every: 1m");
    EXPECT_EQ(spelling("every 7d"), "every: 7d");
    for (const auto* text :
         {"realtime", "hourly", "daily", "daily at 02:30 America/New_York", "every: 90s"}) {
        EXPECT_EQ(spelling(spelling(text)), text);
    }
}

TEST(Schedule, SaysWhatIsExpectedInsteadOfWhatItCannotRead) {
    for (const auto* text :
         {"",
          "fortnightly",
          "Hourly",
          "hourly now",
          "daily at",
          "daily 02:30",
          "daily at 2:30",
          "daily at 24:00",
          "daily at 12:60",
          "daily at 12.30",
          "daily at 12:30 UTC now",
          "daily at -1:30",
          "every",
          "every:",
          "every5m",
          "every 5",
          "every: 59s",
          "every: 8d",
          "every: 0m",
          "every: -5m",
          "every: 5 m",
          "every: : 5m",
          "everyday 5m"}) {
        const auto parsed = Schedule::parse(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().kind, core::ErrorKind::invalid);
        EXPECT_EQ(
            parsed.error().message,
            "'" + std::string(text) +
                "' is no frequency, expected realtime, hourly, daily, 'daily at 02:30', "
                "'daily at 02:30 Europe/Paris' or 'every: 5m' (1m to 7d)"
        );
    }
    const auto nowhere = Schedule::parse("daily at 02:30 Europe/Pari");
    ASSERT_FALSE(nowhere);
    EXPECT_THAT(nowhere.error().message, HasSubstr("no time zone 'Europe/Pari'"));
}

TEST(Schedule, RealtimeIsAlwaysNow) {
    EXPECT_TRUE(Schedule().is_realtime());
    EXPECT_TRUE(schedule("realtime").is_realtime());
    EXPECT_FALSE(schedule("hourly").is_realtime());
    EXPECT_EQ(next("realtime", "2026-11-21T10:00:00.123Z"), "2026-11-21T10:00:00.123Z");
}

TEST(Schedule, HourlyIsOnTheFullHour) {
    EXPECT_EQ(next("hourly", "2026-11-21T10:12:13.5Z"), "2026-11-21T11:00:00Z");
    EXPECT_EQ(next("hourly", "2026-11-21T10:59:59.999Z"), "2026-11-21T11:00:00Z");
    EXPECT_EQ(next("hourly", "2026-11-21T11:00Z"), "2026-11-21T12:00:00Z") << "this hour's is done";
    EXPECT_EQ(next("hourly", "2026-12-31T23:30Z"), "2027-01-01T00:00:00Z");
}

TEST(Schedule, DailyIsAtMidnightInUtcUnlessSaid) {
    EXPECT_EQ(next("daily", "2026-11-21T10:12Z"), "2026-11-22T00:00:00Z");
    EXPECT_EQ(next("daily at 10:12", "2026-11-21T10:11:59.9Z"), "2026-11-21T10:12:00Z");
    EXPECT_EQ(next("daily at 10:12", "2026-11-21T10:12Z"), "2026-11-22T10:12:00Z");
    EXPECT_EQ(next("daily at 02:30 Europe/Paris", "2026-07-01T10:00Z"), "2026-07-02T00:30:00Z");
    EXPECT_EQ(next("daily at 02:30 Europe/Paris", "2026-12-01T10:00Z"), "2026-12-02T01:30:00Z");
    EXPECT_EQ(next("daily at 20:00 America/New_York", "2026-12-01T23:00Z"), "2026-12-02T01:00:00Z")
        << "there it is the first of December still";
    EXPECT_EQ(next("daily at 08:00 Pacific/Kiritimati", "2026-12-01T17:00Z"), "2026-12-01T18:00:00Z")
        << "there it is the second of December already";
}

TEST(Schedule, ALeapDayIsADay) {
    EXPECT_THAT(
        moments("daily at 06:00", "2028-02-28T05:00Z", 4),
        ElementsAre(
            "2028-02-28T06:00:00Z", "2028-02-29T06:00:00Z", "2028-03-01T06:00:00Z", "2028-03-02T06:00:00Z"
        )
    );
    EXPECT_THAT(
        moments("daily at 06:00", "2026-02-28T05:00Z", 2),
        ElementsAre("2026-02-28T06:00:00Z", "2026-03-01T06:00:00Z")
    );
}

TEST(Schedule, ATimeOfDayThatTheClocksSkipMovesToTheChange) {
    EXPECT_THAT(  // 02:00 becomes 03:00 on 29 March
        moments("daily at 02:30 Europe/Paris", "2026-03-28T00:00Z", 3),
        ElementsAre("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")
    );
    EXPECT_THAT(  // likewise on 8 March
        moments("daily at 02:30 America/New_York", "2026-03-07T00:00Z", 3),
        ElementsAre("2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z")
    );
}

TEST(Schedule, ATimeOfDayThatTheClocksShowTwiceRunsOnce) {
    EXPECT_THAT(  // 03:00 becomes 02:00 on 25 October
        moments("daily at 02:30 Europe/Paris", "2026-10-24T00:00Z", 3),
        ElementsAre("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")
    );
    EXPECT_THAT(  // 02:00 becomes 01:00 on 1 November
        moments("daily at 01:30 America/New_York", "2026-10-31T00:00Z", 3),
        ElementsAre("2026-10-31T05:30:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z")
    );
}

TEST(Schedule, ADateThatACountryLeavesOutAddsNoMoment) {
    // Samoa went from 29 to 31 December 2011: 30 December's noon is the change, at the start of the 31st.
    EXPECT_THAT(
        moments("daily at 12:00 Pacific/Apia", "2011-12-29T00:00Z", 4),
        ElementsAre(
            "2011-12-29T22:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T22:00:00Z", "2011-12-31T22:00:00Z"
        )
    );
    EXPECT_THAT(
        moments("daily at 00:00 Pacific/Apia", "2011-12-28T12:00Z", 3),
        ElementsAre("2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z")
    );
}

TEST(Schedule, EveryLiesOnTheClockAndNotAtADistanceFromTheLastRun) {
    EXPECT_EQ(next("every: 5m", "2026-11-21T10:12:13Z"), "2026-11-21T10:15:00Z");
    EXPECT_EQ(next("every: 5m", "2026-11-21T10:15Z"), "2026-11-21T10:20:00Z");
    EXPECT_EQ(next("every: 12h", "2026-11-21T10:15Z"), "2026-11-21T12:00:00Z");
    EXPECT_EQ(next("every: 7d", "2026-11-21T10:15Z"), "2026-11-26T00:00:00Z") << "Thursdays, as 1970 began";
    EXPECT_EQ(next("every: 5m", "1969-12-31T23:59Z"), "1970-01-01T00:00:00Z");
}

TEST(Schedule, WhatWasMissedIsDueAtOnceAndOnlyOnce) {
    const auto hourly = schedule("hourly");
    const auto now = at("2026-11-21T14:20Z");
    EXPECT_EQ(hourly.next(now, std::nullopt), now) << "never flushed";
    EXPECT_EQ(hourly.next(now, at("2026-11-21T13:59:59Z")), now);
    EXPECT_EQ(hourly.next(now, at("2026-11-18T10:00Z")), now) << "down for days";
    EXPECT_EQ(hourly.next(now, at("2026-11-21T14:00Z")), at("2026-11-21T15:00Z"));
    EXPECT_EQ(hourly.next(now, now), at("2026-11-21T15:00Z"));

    const auto nightly = schedule("daily at 02:30 Europe/Paris");
    EXPECT_EQ(nightly.next(now, at("2026-11-21T01:29Z")), now);
    EXPECT_EQ(nightly.next(now, at("2026-11-21T01:31Z")), at("2026-11-22T01:30Z"));
}

TEST(Schedule, ALastFlushInTheFutureHoldsNothingUp) {
    const auto now = at("2026-11-21T14:20Z");
    EXPECT_EQ(schedule("hourly").next(now, at("2036-01-01T00:00Z")), at("2026-11-21T15:00Z"));
}

struct Case {
    const char* text;
    seconds shortest;  // between two moments
    seconds longest;
};

class ScheduleProperty : public ::testing::TestWithParam<Case> {};

// Over four years, leap day and all changes of clocks included.
TEST_P(ScheduleProperty, MomentsIncreaseOnePerPeriodAndNoneIsMissedByLookingOftener) {
    const auto& [text, shortest, longest] = GetParam();
    const auto schedule = sync::schedule(text);
    const auto begin = at("2025-12-30T09:41:07.25Z");
    const auto end =
        longest > std::chrono::hours(2) ? begin + std::chrono::days(1461) : begin + std::chrono::days(90);
    auto flushed = schedule.next(begin, begin);
    ASSERT_GT(flushed, begin);
    unsigned step = 1;
    while (flushed < end) {
        const auto moment = schedule.next(flushed, flushed);
        ASSERT_GE(moment - flushed, shortest) << iso(flushed);
        ASSERT_LE(moment - flushed, longest) << iso(flushed);
        // Whenever one looks in between, it is the same moment, and due as soon as it has come.
        step = step * 1'664'525U + 1'013'904'223U;
        const auto between = flushed + (moment - flushed) * (step % 1000) / 1000;
        ASSERT_EQ(schedule.next(between, flushed), moment) << iso(between);
        ASSERT_EQ(schedule.next(between, between), moment) << iso(between);
        ASSERT_EQ(schedule.next(moment, between), moment);
        const auto late = moment + seconds(step % 100'000);
        ASSERT_EQ(schedule.next(late, flushed), late) << iso(late);
        flushed = moment;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Frequencies,
    ScheduleProperty,
    ::testing::Values(
        Case{"hourly", std::chrono::hours(1), std::chrono::hours(1)},
        Case{"every: 7m", std::chrono::minutes(7), std::chrono::minutes(7)},
        Case{"every: 7d", std::chrono::days(7), std::chrono::days(7)},
        Case{"daily", std::chrono::hours(24), std::chrono::hours(24)},
        Case{"daily at 00:00 Europe/Paris", std::chrono::hours(23), std::chrono::hours(25)},
        Case{"daily at 02:00 Europe/Paris", std::chrono::hours(23), std::chrono::hours(25)},
        Case{"daily at 02:59 Europe/Paris", std::chrono::hours(23), std::chrono::hours(25)},
        Case{"daily at 03:00 Europe/Paris", std::chrono::hours(23), std::chrono::hours(25)},
        Case{"daily at 01:30 America/New_York", std::chrono::hours(23), std::chrono::hours(25)},
        Case{"daily at 23:59 America/New_York", std::chrono::hours(23), std::chrono::hours(25)},
        Case{
            "daily at 23:30 America/Santiago", std::chrono::hours(23), std::chrono::hours(25)
        },  // changes at midnight
        Case{"daily at 00:15 America/Santiago", std::chrono::hours(23), std::chrono::hours(25)},
        Case{"daily at 02:15 Australia/Lord_Howe", std::chrono::hours(23), std::chrono::hours(25)}
        // by half an hour
    )
);

}  // namespace
}  // namespace navette::sync
