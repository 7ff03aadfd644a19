#include "daemon/ctl/moment.hpp"

#include <gtest/gtest.h>

namespace navette::ctl {
namespace {

using namespace std::chrono_literals;

const Moment kNow = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 8h + 15min + 33s;

TEST(Moment, IsShownInUtcToTheSecond) {
    EXPECT_EQ(shown_moment("2026-11-21T08:15:33.123Z"), "2026-11-21 08:15:33Z");
    EXPECT_EQ(shown_moment("2026-11-21T09:15:33+01:00"), "2026-11-21 08:15:33Z");
    EXPECT_EQ(shown_moment(""), "");
}

TEST(Moment, IsShownAsAnAge) {
    EXPECT_EQ(shown_age("2026-11-21T08:15:30.000Z", kNow), "3s ago");
    EXPECT_EQ(shown_age("2026-11-21T08:12:30Z", kNow), "3m ago");
    EXPECT_EQ(shown_age("2026-11-21T06:05:00Z", kNow), "2h 10m ago");
    EXPECT_EQ(shown_age("2026-11-01T06:05:00Z", kNow), "20d ago");
    EXPECT_EQ(shown_age("2026-11-21T09:20:33Z", kNow), "in 1h 5m");
    EXPECT_EQ(shown_age("2026-11-21T08:15:33Z", kNow), "0s ago");
    EXPECT_EQ(shown_age("", kNow), "");
}

TEST(Since, IsASpanBeforeNow) {
    EXPECT_EQ(parse_past("since", "90s", kNow), "2026-11-21T08:14:03Z");
    EXPECT_EQ(parse_past("since", "1h", kNow), "2026-11-21T07:15:33Z");
    EXPECT_EQ(parse_past("since", "7d", kNow), "2026-11-14T08:15:33Z");
}

TEST(Since, IsADateOrATimeInUtcUnlessItSaysOtherwise) {
    EXPECT_EQ(parse_past("since", "2026-01-01", kNow), "2026-01-01T00:00:00Z");
    EXPECT_EQ(parse_past("since", "2026-01-01T08:30", kNow), "2026-01-01T08:30:00Z");
    EXPECT_EQ(parse_past("since", "2026-01-01 08:30:00+02:00", kNow), "2026-01-01T06:30:00Z");
}

TEST(Since, TellsWhatItExpectsInsteadOfAnUnreadableText) {
    for (const auto* wrong : {"", "yesterday", "1", "1 h", "2026-02-30", "-1h", "99999999999999d"}) {
        const auto read = parse_past("since", wrong, kNow);
        ASSERT_FALSE(read) << wrong;
        EXPECT_EQ(read.error().code, ExitCode::usage);
        EXPECT_TRUE(
            read.error().message.starts_with("--since: '" + std::string(wrong) + "' is no time, expected")
        ) << wrong;
    }
}

TEST(At, IsASpanFromNow) {
    EXPECT_EQ(parse_future("at", "10m", kNow), "2026-11-21T08:25:33Z");
    EXPECT_EQ(parse_future("at", "2027-01-01", kNow), "2027-01-01T00:00:00Z");
}

}  // namespace
}  // namespace navette::ctl
