// When a backlog ends by a platform's limits: full batches, several limits at once, what is used already.
#include "daemon/engine/backlog_forecast.hpp"

#include "daemon/engine/account.hpp"
#include "daemon/engine/remote_account.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace navette::engine {
namespace {

using namespace std::chrono_literals;

config::LimitWindow requests(int most, std::chrono::milliseconds per) {
    config::LimitWindow limit;
    limit.requests = most;
    limit.per = per;
    return limit;
}

config::ObjectSpec object(const std::string& name, int batch) {
    config::ObjectSpec made;
    made.name = name;
    made.batch = batch;
    return made;
}

config::Manifest shop(std::vector<config::LimitWindow> limits) {
    config::Manifest made;
    made.slug = "shop";
    made.limits = std::move(limits);
    made.objects = {object("contact", 100), object("order", 1)};
    made.events = {{"prospect.*", "contact", "upsert"}, {"order.*", "order", "upsert"}};
    return made;
}

TEST(BacklogForecast, JobsOfOneObjectShareFullBatches) {
    const std::array<WaitingJobs, 4> waiting{
        {{"prospect.created", "prospect", 150},
         {"prospect.updated", "prospect", 101},
         {"order.paid", "order", 7},
         {"strange.thing", "thing", 9}}
    };
    EXPECT_EQ(calls_needed(shop({}), waiting), 3 + 7);
    EXPECT_EQ(calls_needed(shop({}), {}), 0);
}

TEST(BacklogForecast, TheSlowestLimitSaysWhenItEnds) {
    const auto now = this_moment();
    const auto end = limits_allow_until(shop({requests(10, 1s), requests(60, 60s)}), "", 600, now);
    ASSERT_TRUE(end);
    EXPECT_NEAR(std::chrono::duration<double>(*end - now.wall).count(), 540, 61);
    EXPECT_EQ(limits_allow_until(shop({}), "", 1e6, now), now.wall) << "no limit, no wait";
}

TEST(BacklogForecast, WhatIsUsedOfALongLimitIsNotThereAnyMore) {
    auto limit = requests(1'000, 0s);
    limit.calendar_day = true;
    const auto manifest = shop({limit});
    const auto now = this_moment();
    boost::asio::io_context context;
    Accounts accounts(context.get_executor());
    const auto account = accounts.of("shop", manifest);
    ASSERT_FALSE(account->may_start(now.steady)) << "the day is there to be used";
    core::RateReport report;
    report.as_of = now.steady;
    report.remaining = 10;
    account->hear(report);
    const auto used = accounts.changed(now);
    ASSERT_EQ(used.size(), 1U);
    EXPECT_EQ(limits_allow_until(manifest, used.front().state, 10, now), now.wall);
    const auto tomorrow = limits_allow_until(manifest, used.front().state, 11, now);
    ASSERT_TRUE(tomorrow);
    EXPECT_GT(*tomorrow, now.wall);
    EXPECT_LE(*tomorrow, now.wall + 24h);
}

TEST(RemoteAccount, IntegrationsWithTheSameSettingsShareIt) {
    auto manifest = shop({});
    EXPECT_NE(remote_account(manifest, "int_a", {}), remote_account(manifest, "int_b", {}));
    manifest.account = {"base_url"};
    const boost::json::object one{{"base_url", "https://one.test"}};
    EXPECT_EQ(remote_account(manifest, "int_a", one), remote_account(manifest, "int_b", one));
    EXPECT_NE(remote_account(manifest, "int_a", one), remote_account(manifest, "int_a", {}));
}

}  // namespace
}  // namespace navette::engine
