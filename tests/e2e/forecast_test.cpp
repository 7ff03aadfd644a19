// navettectl queue forecast: when a backlog ends, told from the database and the manifest alone.
#include "daemon/sync/iso_time.hpp"
#include "tests/e2e/shop.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::test {
namespace {

using testing::HasSubstr;

std::chrono::system_clock::time_point instant(const boost::json::value& iso) {
    const auto read = sync::parse_iso(std::string(iso.as_string()));
    return std::chrono::sys_days(read.value().day) + read->time_of_day.value();
}

TEST(Forecast, ABacklogEndsWhenTheLimitsLetItsLastCallLeave) {
    DaemonSite site;
    site.write("connectors.d/dolibarr.yaml", "limits: [{requests: 100, per: 60s}]\n");
    EXPECT_THAT(site.ctl({"queue", "forecast"}).output, HasSubstr("nothing waits"));
    site.database().exec(
        "SELECT navette.enqueue('lumira', 'customer.created', 'customer', n::text, '{\"email\": "
        "\"a@b.example\"}') FROM "
        "generate_series(1, 1000) n"
    );
    const auto now = std::chrono::system_clock::now();
    const auto all = site.ctl_json({"queue", "forecast", "--tenant", "lumira"});
    ASSERT_EQ(all.as_array().size(), 1U) << all;
    const auto& one = all.as_array().front().as_object();
    EXPECT_EQ(one.at("pending"), 1'000);
    EXPECT_EQ(one.at("calls"), 1'000);
    EXPECT_EQ(one.at("done_per_minute"), 0);
    // A hundred leave at once, the others in nine minutes more or a little less.
    EXPECT_GT(instant(one.at("ends_at")), now + std::chrono::minutes(8));
    EXPECT_LT(instant(one.at("ends_at")), now + std::chrono::minutes(11));
    EXPECT_THAT(site.ctl({"queue", "forecast"}).output, HasSubstr("in 9m"));
}

TEST(Forecast, WhatDoesNotWorkNeverEnds) {
    DaemonSite site;
    site.database().exec(
        "SELECT navette.enqueue('lumira', 'customer.created', 'customer', '1', '{\"email\": "
        "\"a@b.example\"}')"
    );
    ASSERT_EQ(site.ctl({"integration", "disable", site.integration()}).exit_code, 0);
    const auto told = site.ctl({"queue", "forecast"});
    EXPECT_EQ(told.exit_code, 0) << told.output;
    EXPECT_THAT(told.output, HasSubstr("does not work: disabled"));
}

}  // namespace
}  // namespace navette::test
