#include "daemon/ctl/next_run.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::ctl {
namespace {

using ::testing::StartsWith;

constexpr Moment kNoon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(12);

store::Record with_next_run(const char* integration) {
    auto record = boost::json::parse(integration).as_object();
    add_next_run(record, kNoon);
    return record;
}

TEST(NextRun, IsTheSchedulesNextMoment) {
    const auto record = with_next_run(
        R"({"enabled": true, "frequency": "daily at 02:30 Europe/Paris", "last_flush_at": "2026-11-21T01:30:02.250Z",
            "sync_requested_at": null})"
    );
    EXPECT_EQ(record.at("next_run_at"), "2026-11-22T01:30:00Z");
    EXPECT_TRUE(record.at("frequency_problem").is_null());
}

TEST(NextRun, IsNowWhereOneWasMissedNeverMadeOrAskedFor) {
    for (const auto* integration :
         {R"({"enabled": true, "frequency": "daily", "last_flush_at": null})",
          R"({"enabled": true, "frequency": "daily", "last_flush_at": "2026-11-20T23:59:59.000Z"})",
          R"({"enabled": true, "frequency": "daily", "last_flush_at": "2026-11-21T11:00:00.000Z",
              "sync_requested_at": "2026-11-21T11:59:59.000Z"})"}) {
        EXPECT_EQ(with_next_run(integration).at("next_run_at"), "2026-11-21T12:00:00Z") << integration;
    }
}

TEST(NextRun, IsNoneInRealtimeAndWhereTheIntegrationIsDisabled) {
    EXPECT_TRUE(with_next_run(R"({"enabled": true, "frequency": "realtime"})").at("next_run_at").is_null());
    EXPECT_TRUE(with_next_run(R"({"enabled": false, "frequency": "hourly"})").at("next_run_at").is_null());
}

TEST(NextRun, TellsOfAFrequencyThatCannotBeRead) {
    const auto record = with_next_run(R"({"enabled": true, "frequency": "now and then"})");
    EXPECT_TRUE(record.at("next_run_at").is_null());
    EXPECT_THAT(
        std::string(record.at("frequency_problem").as_string()),
        StartsWith("'now and then' is no frequency, expected realtime, hourly")
    );
}

}  // namespace
}  // namespace navette::ctl
