#include "daemon/core/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace navette::core {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(Metrics, ACounterIsExportedWithItsPlatform) {
    auto& metrics = platform_metrics("counted");
    EXPECT_THAT(metrics_text(), HasSubstr("navette_jobs_finished_total{platform=\"counted\"} 0\n"));
    metrics.jobs_finished.add();
    metrics.jobs_finished.add(41);
    EXPECT_THAT(metrics_text(), HasSubstr("navette_jobs_finished_total{platform=\"counted\"} 42\n"));
    EXPECT_THAT(metrics_text(), HasSubstr("# TYPE navette_jobs_finished_total counter\n"));
}

TEST(Metrics, ACounterNeverFalls) {
    auto& counter = platform_metrics("steady").batches;
    counter.add(3);
    counter.add(-1);
    EXPECT_THAT(metrics_text(), HasSubstr("navette_batches_total{platform=\"steady\"} 3\n"));
}

TEST(Metrics, AGaugeRisesAndFalls) {
    auto& gauge = platform_metrics("waves").breakers_open;
    gauge.add(2);
    gauge.add(-1);
    EXPECT_THAT(metrics_text(), HasSubstr("navette_breakers_open{platform=\"waves\"} 1\n"));
    gauge.set(7);
    EXPECT_THAT(metrics_text(), HasSubstr("navette_breakers_open{platform=\"waves\"} 7\n"));
}

TEST(Metrics, ADurationFallsIntoTheBucketsThatHoldItInSeconds) {
    auto& call = platform_metrics("timed").call;
    call.observe(100us);
    call.observe(300ms);
    call.observe(101s);
    const auto text = metrics_text();
    const std::string bucket = "navette_call_seconds_bucket{platform=\"timed\",le=";
    EXPECT_THAT(text, HasSubstr(bucket + "\"0.0001\"} 1\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"0.25\"} 1\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"0.5\"} 2\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"100\"} 2\n"));
    EXPECT_THAT(text, HasSubstr(bucket + "\"+Inf\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("navette_call_seconds_count{platform=\"timed\"} 3\n"));
    EXPECT_THAT(text, HasSubstr("navette_call_seconds_sum{platform=\"timed\"} 101.3001\n"));
}

TEST(Metrics, OneNameGivesOneHandle) {
    EXPECT_EQ(&platform_metrics("same"), &platform_metrics("same"));
    EXPECT_NE(&platform_metrics("same"), &platform_metrics("other"));
    EXPECT_EQ(&platform_metrics("same").attempts("done"), &platform_metrics("same").attempts("done"));
    EXPECT_NE(&platform_metrics("same").attempts("done"), &platform_metrics("same").attempts("retry"));
    EXPECT_NE(&platform_metrics("same").attempts("done"), &platform_metrics("other").attempts("done"));
    EXPECT_EQ(&queue_jobs("same", "failed"), &queue_jobs("same", "failed"));
    EXPECT_EQ(&database_round_trip("queue_pick"), &database_round_trip("queue_pick"));
    EXPECT_EQ(&engine_metrics(), &engine_metrics());
}

TEST(Metrics, AttemptsAreCountedByOutcome) {
    auto& metrics = platform_metrics("tried");
    metrics.attempts("done").add(2);
    metrics.attempts("rejected").add();
    const auto text = metrics_text();
    EXPECT_THAT(text, HasSubstr("navette_attempts_total{outcome=\"done\",platform=\"tried\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("navette_attempts_total{outcome=\"rejected\",platform=\"tried\"} 1\n"));
}

TEST(Metrics, TheEnginesMetricsBeginAtZero) {
    (void)engine_metrics();
    EXPECT_THAT(metrics_text(), HasSubstr("navette_leases_lost_total 0\n"));
    EXPECT_THAT(metrics_text(), HasSubstr("navette_database_up 0\n"));
}

}  // namespace
}  // namespace navette::core
