#include "daemon/engine/source_marks.hpp"

#include <boost/json/array.hpp>
#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;

const std::chrono::sys_seconds kNoon{1'000'000s};

TEST(SourceMarks, BeginsAtTheBeginningUntilSomethingWasReadAnOverlapAgo) {
    SourceMarks marks;
    EXPECT_FALSE(marks.begin(kNoon, 10min).has_value());
    marks.reached({"a", "1"}, kNoon, 10min);
    EXPECT_FALSE(marks.begin(kNoon + 9min, 10min).has_value());
    EXPECT_EQ(marks.begin(kNoon + 10min, 10min)->first, "a");
}

TEST(SourceMarks, BeginsAtTheNewestPlaceThatIsOldEnough) {
    SourceMarks marks;
    for (int run = 0; run < 10; ++run) {
        marks.reached({std::to_string(run), "k"}, kNoon + run * 5min, 10min);
    }
    EXPECT_EQ(marks.begin(kNoon + 9 * 5min, 10min)->first, "7");
}

TEST(SourceMarks, StaysSmallWhenRunOften) {
    SourceMarks marks;
    for (int run = 0; run < 10000; ++run) {
        marks.reached({std::to_string(run), "k"}, kNoon + run * 1s, 10min);
    }
    EXPECT_LE(marks.to_json().as_array().size(), 15U);
    const auto begin = marks.begin(kNoon + 9999s, 10min);
    ASSERT_TRUE(begin.has_value());
    EXPECT_LE(std::stoi(begin->first), 9999 - 600);
    EXPECT_GE(std::stoi(begin->first), 9999 - 800);
}

TEST(SourceMarks, SurvivesBeingStoredAndDistrustsWhatItCannotRead) {
    SourceMarks marks;
    marks.reached({"2026-11-21 08:00:00+00", "LU1"}, kNoon, 10min);
    const auto again = SourceMarks::from_json(marks.to_json());
    EXPECT_EQ(again.begin(kNoon + 1h, 10min)->second, "LU1");
    EXPECT_FALSE(SourceMarks::from_json("nonsense").begin(kNoon + 1h, 10min).has_value());
    EXPECT_FALSE(SourceMarks::from_json(boost::json::array{1, 2}).begin(kNoon + 1h, 10min).has_value());
}

}  // namespace
}  // namespace navette::engine
