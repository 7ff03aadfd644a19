#include "daemon/engine/limit_headers.hpp"

#include <gtest/gtest.h>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;

const sdk::Instant kNow{1'700'000'000'000ms};

sdk::HttpResponse answer(std::string remaining, std::string limit, std::string reset) {
    sdk::HttpResponse response;
    response.headers = {
        {"x-remaining", std::move(remaining)}, {"X-Limit", std::move(limit)}, {"X-Reset", std::move(reset)}
    };
    return response;
}

config::LimitHeaders headers() {
    return {"X-Remaining", "X-Limit", "X-Reset", 10s};
}

TEST(LimitHeaders, NumbersBecomeAReport) {
    const auto report = report_of(headers(), answer("42", " 100", "1.5"), kNow);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->remaining, 42);
    EXPECT_EQ(report->limit, 100);
    EXPECT_EQ(report->reset_after, 1500ms);
    EXPECT_EQ(report->per, 10s);
    EXPECT_FALSE(report->cost);
}

TEST(LimitHeaders, AMomentOfResetIsCountedFromNow) {
    EXPECT_EQ(report_of(headers(), answer("1", "2", "1700000007"), kNow)->reset_after, 7s);
    EXPECT_EQ(report_of(headers(), answer("1", "2", "1600000000"), kNow)->reset_after, 0s);
}

TEST(LimitHeaders, OfAListTheFirstNumberCounts) {
    EXPECT_EQ(report_of(headers(), answer("1", "100, 100;w=10", "3"), kNow)->limit, 100);
}

TEST(LimitHeaders, WithoutNumbersThereIsNoReport) {
    EXPECT_FALSE(report_of(headers(), sdk::HttpResponse(), kNow));
    for (const auto* text : {"", " ", "many", "-1", "nan", "inf", "1x", "1e999"}) {
        EXPECT_FALSE(report_of(headers(), answer(text, text, "5"), kNow)) << text;
    }
    EXPECT_FALSE(report_of({}, answer("1", "2", "3"), kNow)) << "no names, no headers";
}

}  // namespace
}  // namespace navette::engine
