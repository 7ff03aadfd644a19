#include "tests/unit/sync/rules_from_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::sync {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string date(std::string_view argument, std::string_view value) {
    return transformed_value("{\"date\":" + std::string(argument) + "}", value);
}

constexpr std::string_view kParisDay = R"({"to":"date","zone":"Europe/Paris"})";
constexpr std::string_view kParisIso = R"({"to":"iso","zone":"Europe/Paris"})";
constexpr std::string_view kEpoch = R"({"to":"epoch"})";

TEST(TransformsTime, TheDayIsThatOfTheZone) {
    EXPECT_EQ(date(kParisDay, "\"2024-05-14T22:30:00Z\""), "\"2024-05-15\"");
    EXPECT_EQ(date(kParisDay, "\"2024-05-14T21:30:00Z\""), "\"2024-05-14\"");
    EXPECT_EQ(date(kParisDay, "\"2024-01-14T22:30:00Z\""), "\"2024-01-14\"");
    EXPECT_EQ(date(R"({"to":"date"})", "\"2024-05-15T01:30:00+02:00\""), "\"2024-05-14\"");
    EXPECT_EQ(date(R"({"to":"date","zone":"America/New_York"})", "1715731200"), "\"2024-05-14\"");
}

TEST(TransformsTime, ABareDateStaysThatDayWhateverTheZone) {
    for (const char* zone : {"UTC", "Europe/Paris", "Pacific/Auckland", "America/Los_Angeles"}) {
        const std::string argument = R"({"to":"date","zone":")" + std::string(zone) + "\"}";
        EXPECT_EQ(date(argument, "\"2024-05-15\""), "\"2024-05-15\"") << zone;
    }
    // Samoa crossed the date line: that day never was there.
    EXPECT_EQ(date(R"({"to":"date","zone":"Pacific/Apia"})", "\"2011-12-30\""), "\"2011-12-30\"");
    EXPECT_EQ(date(kParisIso, "\"2024-05-15\""), "\"2024-05-15T00:00:00+02:00\"");
    EXPECT_EQ(date(R"({"to":"epoch","zone":"Europe/Paris"})", "\"2024-05-15\""), "1715724000");
    EXPECT_EQ(date(kEpoch, "\"2024-05-15\""), "1715731200");
}

TEST(TransformsTime, IsoTextsAreReadInTheirManySpellings) {
    for (const char* text :
         {"2024-05-15T10:00:00Z",
          "2024-05-15t10:00z",
          "2024-05-15 10:00:00+00",
          "2024-05-15T12:00:00+02:00",
          "2024-05-15T12:00:00.000+0200",
          "2024-05-15T05:30:00-04:30",
          "2024-05-15T10:00:00",
          "2024-05-15T10:00:00,999999Z"}) {
        EXPECT_EQ(date(kEpoch, "\"" + std::string(text) + "\""), "1715767200") << text;
    }
    EXPECT_EQ(date(R"({"to":"epoch","zone":"Europe/Paris"})", "\"2024-05-15 12:00:00\""), "1715767200");
}

TEST(TransformsTime, MillisecondsAndOffsetsAreWritten) {
    EXPECT_EQ(date(R"({"to":"iso"})", "\"2024-05-15T12:00:00.1239+02:00\""), "\"2024-05-15T10:00:00.123Z\"");
    EXPECT_EQ(date(kParisIso, "\"2024-12-15T10:00:00Z\""), "\"2024-12-15T11:00:00+01:00\"");
    EXPECT_EQ(
        date(R"({"to":"iso","zone":"America/St_Johns"})", "\"2024-12-15T10:00:00Z\""),
        "\"2024-12-15T06:30:00-03:30\""
    );
    EXPECT_EQ(date(R"({"to":"epoch_ms"})", "\"1969-12-31T23:59:59.250Z\""), "-750");
    EXPECT_EQ(date(R"({"to":"epoch"})", "\"1969-12-31T23:59:59.250Z\""), "-1");
    // The offset of those days, 9 minutes and 21 seconds, cannot be written.
    EXPECT_EQ(date(kParisIso, "\"1900-01-01T00:00:00Z\""), "\"1900-01-01T00:00:00Z\"");
}

TEST(TransformsTime, CountsAreSecondsOrMilliseconds) {
    EXPECT_EQ(date(R"({"to":"iso"})", "1715767200"), "\"2024-05-15T10:00:00Z\"");
    EXPECT_EQ(date(R"({"to":"iso"})", "1715767200123"), "\"2024-05-15T10:00:00.123Z\"");
    EXPECT_EQ(date(R"({"to":"iso"})", "1715767200.5"), "\"2024-05-15T10:00:00.500Z\"");
    EXPECT_EQ(date(R"({"to":"iso"})", "\"1715767200\""), "\"2024-05-15T10:00:00Z\"");
    EXPECT_EQ(date(R"({"from":"epoch","to":"iso"})", "\"0\""), "\"1970-01-01T00:00:00Z\"");
    EXPECT_EQ(date(R"({"from":"epoch_ms","to":"iso"})", "1000"), "\"1970-01-01T00:00:01Z\"");
}

TEST(TransformsTime, DaysThatTheCalendarDoesNotHaveAreErrors) {
    for (const char* day :
         {"2024-02-30", "2023-02-29", "2024-13-01", "2024-00-10", "2024-04-31", "2024-05-00", "0000-01-01"}) {
        EXPECT_THAT(date(kParisDay, "\"" + std::string(day) + "\""), HasSubstr("calendar does not have"))
            << day;
    }
    EXPECT_EQ(date(R"({"to":"date"})", "\"2024-02-29\""), "\"2024-02-29\"");
}

TEST(TransformsTime, OtherTextsAreErrors) {
    for (const char* text :
         {"demain",
          "15/05/2024",
          "2024-5-15",
          "2024-05-15T",
          "2024-05-15T25:00",
          "2024-05-15T10",
          "2024-05-15T10:60",
          "2024-05-15T10:00:60Z",
          "2024-05-15T10:00:00+",
          "2024-05-15T10:00:00+2",
          "2024-05-15T10:00:00+02:",
          "2024-05-15T10:00:00Zx",
          "2024-05-15T10:00:00.Z",
          "2024-05-15Z",
          "20240515",
          "2024-05-15T10:00:00+24:00"}) {
        EXPECT_THAT(date(kEpoch, "\"" + std::string(text) + "\""), HasSubstr("is not a date such as"))
            << text;
    }
    EXPECT_THAT(date(kEpoch, "true"), StartsWith("error: true is not a date"));
    EXPECT_THAT(date(kEpoch, "{}"), StartsWith("error: an object is not a date"));
    EXPECT_THAT(
        date(R"({"from":"iso","to":"epoch"})", "1715767200"), StartsWith("error: 1715767200 is not a date")
    );
    EXPECT_THAT(
        date(R"({"from":"epoch","to":"iso"})", "\"2024-05-15\""),
        HasSubstr("is not a time in seconds since 1970")
    );
    EXPECT_THAT(
        date(R"({"from":"epoch_ms","to":"iso"})", "1e18"),
        HasSubstr("is not a time in milliseconds since 1970")
    );
    EXPECT_THAT(
        date(R"({"from":"epoch","to":"iso"})", "9223372036854775807"), HasSubstr("is not a time in seconds")
    );
}

TEST(TransformsTime, AnEmptyTextIsNoDate) {
    EXPECT_EQ(date(kParisDay, "\"\""), "null");
    EXPECT_EQ(date(kParisDay, "null"), "null");
    EXPECT_EQ(transformed(R"({"date":{"to":"date"}})", "{}"), "absent");
}

TEST(TransformsTime, ClockChangesNeverFail) {
    const std::string_view paris = R"({"to":"epoch","zone":"Europe/Paris"})";
    EXPECT_EQ(date(paris, "\"2024-10-27T02:30:00\""), "1729989000");  // the first of two: summer time
    EXPECT_EQ(date(paris, "\"2024-03-31T02:30:00\""), "1711846800");  // skipped: the moment of change
}

TEST(TransformsTime, AnUnknownZoneIsRefusedAtOnce) {
    EXPECT_THAT(
        date(R"({"zone":"Europe/Lutece"})", "1"),
        StartsWith("refused: transform date: the system knows no time zone 'Europe/Lutece'")
    );
    EXPECT_THAT(date(R"({"zone":""})", "1"), StartsWith("refused"));
    EXPECT_THAT(date(R"({"zone":"../../etc/passwd"})", "1"), StartsWith("refused"));
    EXPECT_THAT(date(R"({"to":"rfc2822"})", "1"), HasSubstr("to must be one of iso, date, epoch, epoch_ms"));
}

TEST(TransformsTime, LosslessFormsGoBack) {
    EXPECT_EQ(restored("date", R"({"from":"epoch","to":"iso"})", "\"2024-05-15T10:00:00Z\""), "1715767200");
    EXPECT_EQ(
        restored("date", R"({"from":"iso","to":"epoch","zone":"Europe/Paris"})", "\"1715767200\""),
        "\"2024-05-15T12:00:00+02:00\""
    );
    EXPECT_EQ(
        restored("date", R"({"from":"epoch_ms","to":"iso"})", "\"2024-05-15T10:00:00.123Z\""), "1715767200123"
    );
    EXPECT_EQ(restored("date", R"({"from":"iso","to":"epoch"})", "\"\""), "null");
    EXPECT_THAT(restored("date", R"({"to":"iso"})", "1"), StartsWith("one way: with from: auto"));
    EXPECT_THAT(
        restored("date", R"({"from":"iso","to":"date"})", "1"), StartsWith("one way: the time of day")
    );
    EXPECT_THAT(
        restored("date", R"({"from":"epoch_ms","to":"epoch"})", "1"), StartsWith("one way: the milliseconds")
    );
}

}  // namespace
}  // namespace navette::sync
