#include "daemon/store/queue_depth.hpp"

#include "daemon/core/metrics.hpp"
#include "daemon/engine/queue_gauges.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>

namespace navette::test {
namespace {

using namespace std::chrono_literals;
using store::PlatformDepth;
using ::testing::AllOf;
using ::testing::Field;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Lt;

class QueueDepthTest : public SchemaTest {
  protected:
    QueueDepthTest() {
        add_platform("shop");
        add_integration("acme", "int_1");
    }

    PlatformDepth shop() {
        for (const auto& depth : depths()) {
            if (depth.platform == "shop") {
                return depth;
            }
        }
        throw std::runtime_error("the platform shop is not counted");
    }

    std::vector<PlatformDepth> depths() { return must(run(store::queue_depth(connection()))); }

    /// Changes int_1's row.
    void set(const std::string& assignments) {
        database_.exec("UPDATE navette.tenant_integrations SET " + assignments + " WHERE id = 'int_1'");
    }
};

const std::string kMinuteAgo = "run_at = now() - interval '1 minute'";

TEST_F(QueueDepthTest, AnEmptyQueueIsZero) {
    const auto depth = shop();
    EXPECT_EQ(depth.pending + depth.in_flight + depth.waiting + depth.failed, 0);
    EXPECT_EQ(depth.oldest_ready, 0ms);
}

TEST_F(QueueDepthTest, IntegrationsThatHoldTheirJobsAreCountedByState) {
    add_integration("acme", "int_2");
    add_integration("beta", "int_3");
    add_integration("beta", "int_off", "shop", "bidirectional", false);
    add_job("one");
    add_job("dead", "status = 'failed'");
    EXPECT_EQ(shop().error + shop().paused + shop().needs_reauth, 0);
    set("state = 'error'");
    database_.exec(
        "UPDATE navette.tenant_integrations SET state = CASE id WHEN 'int_2' THEN 'paused' WHEN 'int_3' THEN "
        "'needs_reauth' ELSE 'error' END WHERE id <> 'int_1'"
    );
    const auto held = shop();
    EXPECT_EQ(held.error, 1) << "who is disabled holds nothing";
    EXPECT_EQ(held.paused, 1);
    EXPECT_EQ(held.needs_reauth, 1);
}

TEST_F(QueueDepthTest, EachJobIsCountedOnceInItsState) {
    add_job("fresh");
    add_job("fresh too");
    add_job("later", "deferred = true, run_at = now() + interval '1 hour'");
    add_job("child", "deferred = true, waits_for = 'customer:1'");
    for (const auto* dead : {"a", "b", "c", "d", "e"}) {
        add_job(dead, "status = 'failed'");
    }
    const auto at_work = std::to_string(add_job("at work"));
    database_.exec(
        "INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids) "
        "VALUES ('int_1', 'acme', 1, 1, ARRAY[" +
        at_work + "]::bigint[])"
    );
    const auto depth = shop();
    EXPECT_EQ(depth.pending, 3);
    EXPECT_EQ(depth.in_flight, 1);
    EXPECT_EQ(depth.waiting, 1);
    EXPECT_EQ(depth.failed, 5);
}

TEST_F(QueueDepthTest, IntegrationsOfOnePlatformAreOneNumberAndPlatformsAreTold) {
    add_platform("erp");
    add_integration("acme", "int_2", "erp");
    add_integration("other", "int_3");
    database_.exec(
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id) "
        "VALUES ('acme', 'int_1', 'a', 'a', '1'), ('other', 'int_3', 'a', 'a', '1'), "
        "('acme', 'int_2', 'a', 'a', '1'), ('gone', 'int_9', 'a', 'a', '1')"
    );
    const auto counts = depths();
    ASSERT_EQ(counts.size(), 3U);
    EXPECT_THAT(counts[0], AllOf(Field(&PlatformDepth::platform, "erp"), Field(&PlatformDepth::pending, 1)));
    EXPECT_THAT(
        counts[1], AllOf(Field(&PlatformDepth::platform, "removed"), Field(&PlatformDepth::pending, 1))
    );
    EXPECT_THAT(counts[2], AllOf(Field(&PlatformDepth::platform, "shop"), Field(&PlatformDepth::pending, 2)));
}

TEST_F(QueueDepthTest, TheOldestReadyJobMayBeFreshOrDeferred) {
    add_job("fresh", kMinuteAgo);
    EXPECT_THAT(shop().oldest_ready, AllOf(Ge(60s), Lt(120s)));
    add_job("retried", "deferred = true, run_at = now() - interval '5 minutes'");
    EXPECT_THAT(shop().oldest_ready, AllOf(Ge(300s), Lt(360s)));
}

TEST_F(QueueDepthTest, WhatIsNotDueOrWaitsOrIsDeadOrInTheBackgroundIsNotReady) {
    add_job("later", "deferred = true, run_at = now() + interval '1 hour'");
    add_job("child", "deferred = true, waits_for = 'customer:1', " + kMinuteAgo);
    add_job("dead", "status = 'failed', " + kMinuteAgo);
    add_job("backfill", "priority = 9, " + kMinuteAgo);
    add_job("replay", "deferred = true, priority = 10, " + kMinuteAgo);
    EXPECT_EQ(shop().oldest_ready, 0ms);
}

TEST_F(QueueDepthTest, WhatAnIntegrationHoldsBackIsNotReady) {
    add_job("fresh", kMinuteAgo);
    add_job("retried", "deferred = true, " + kMinuteAgo);
    set("state = 'needs_reauth'");
    EXPECT_EQ(shop().oldest_ready, 0ms);
    set("state = 'active', enabled = false");
    EXPECT_EQ(shop().oldest_ready, 0ms);
    set("enabled = true, sync_frequency = 'hourly'");
    EXPECT_EQ(shop().oldest_ready, 0ms);
    set("sync_frequency = 'realtime'");
    EXPECT_THAT(shop().oldest_ready, Ge(60s));
}

TEST_F(QueueDepthTest, TheGaugesShowTheCountAndFallToZeroWhenAPlatformIsGone) {
    add_job("fresh");
    add_job("dead", "status = 'failed'");
    engine::QueueGauges gauges(context_.get_executor(), database_.url(), 1ms);
    boost::asio::co_spawn(context_, gauges.run(), boost::asio::detached);
    const auto shows = [](const std::string& line) {
        return [line] { return core::metrics_text().find(line + "\n") != std::string::npos; };
    };
    run_until(context_, shows(R"(navette_queue_jobs{platform="shop",state="pending"} 1)"));
    run_until(context_, shows(R"(navette_queue_jobs{platform="shop",state="failed"} 1)"));
    database_.exec("DELETE FROM navette.sync_queue");
    database_.exec("DELETE FROM navette.tenant_integrations");
    run_until(context_, shows(R"(navette_queue_jobs{platform="shop",state="pending"} 0)"));
    run_until(context_, shows(R"(navette_queue_jobs{platform="shop",state="failed"} 0)"));
}

TEST_F(QueueDepthTest, EachExchangeIsTimedUnderItsStatementsName) {
    (void)shop();
    EXPECT_THAT(
        core::metrics_text(),
        HasSubstr(R"(navette_database_round_trip_seconds_bucket{statement="queue_depth",le="+Inf"} )")
    );
}

}  // namespace
}  // namespace navette::test
