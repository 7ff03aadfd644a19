#include "daemon/core/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <utility>

namespace navette::core {

namespace {

using prometheus::Labels;

const prometheus::Histogram::BucketBoundaries& bucket_seconds() {
    static const prometheus::Histogram::BucketBoundaries bounds{
        0.0001,
        0.00025,
        0.0005,
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        10,
        25,
        50,
        100
    };
    return bounds;
}

/// All metrics of the process. The same name and labels give the same handle.
class Registry {
  public:
    Counter& counter(const char* name, const char* help, const Labels& labels = {}) {
        auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry_);
        return handle(counters_, family.Add(labels));
    }

    Gauge& gauge(const char* name, const char* help, const Labels& labels = {}) {
        auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(registry_);
        return handle(gauges_, family.Add(labels));
    }

    Histogram& histogram(const char* name, const char* help, const Labels& labels = {}) {
        auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(registry_);
        return handle(histograms_, family.Add(labels, bucket_seconds()));
    }

    [[nodiscard]] std::string text() const {
        return prometheus::TextSerializer().Serialize(registry_.Collect());
    }

  private:
    template <class Metric, class Handle>
    Handle& handle(std::map<const Metric*, Handle>& handles, Metric& metric) {
        const std::lock_guard held(lock_);
        return handles.try_emplace(&metric, metric).first->second;
    }

    prometheus::Registry registry_;
    std::mutex lock_;
    std::map<const prometheus::Counter*, Counter> counters_;
    std::map<const prometheus::Gauge*, Gauge> gauges_;
    std::map<const prometheus::Histogram*, Histogram> histograms_;
};

/// Never destroyed: what ends late in the process may still count.
Registry& registry() {
    static auto& all = *new Registry;
    return all;
}

}  // namespace

void Counter::add(double n) {
    counter_.Increment(n);
}

void Gauge::set(double value) {
    gauge_.Set(value);
}

void Gauge::add(double n) {
    gauge_.Increment(n);
}

void Histogram::observe(std::chrono::nanoseconds duration) {
    histogram_.Observe(std::chrono::duration<double>(duration).count());
}

PlatformMetrics::PlatformMetrics(std::string slug)
    : jobs_finished(registry().counter(
          "navette_jobs_finished_total", "Jobs done, skipped or cancelled", {{"platform", slug}}
      )),
      jobs_failed(registry().counter(
          "navette_jobs_failed_total", "Jobs that became dead letters", {{"platform", slug}}
      )),
      coalesced(registry().counter(
          "navette_jobs_coalesced_total",
          "Jobs that a later job of the same record made unnecessary",
          {{"platform", slug}}
      )),
      batches(
          registry().counter("navette_batches_total", "Calls that carried several jobs", {{"platform", slug}})
      ),
      batch_splits(registry().counter(
          "navette_batch_splits_total",
          "Batches that failed as a whole and were taken apart",
          {{"platform", slug}}
      )),
      quarantined(registry().counter(
          "navette_jobs_quarantined_total",
          "Jobs put aside because a daemon died again and again with them in hand",
          {{"platform", slug}}
      )),
      pick_to_start(registry().histogram(
          "navette_pick_to_start_seconds", "From reading a job to the start of its call", {{"platform", slug}}
      )),
      call(registry().histogram("navette_call_seconds", "One call of the connector", {{"platform", slug}})),
      limiter_wait(registry().histogram(
          "navette_limiter_wait_seconds", "Waiting for the budget of the account", {{"platform", slug}}
      )),
      breaker_opened(registry().counter(
          "navette_breaker_opened_total", "Circuit breakers that opened", {{"platform", slug}}
      )),
      breakers_open(registry().gauge(
          "navette_breakers_open", "Accounts whose circuit breaker is open", {{"platform", slug}}
      )),
      throttled(registry().counter(
          "navette_throttled_total", "Answers by which the platform asked for less", {{"platform", slug}}
      )),
      slug_(std::move(slug)) {}

Counter& PlatformMetrics::attempts(std::string_view outcome) {
    const std::lock_guard held(attempts_lock_);
    auto found = attempts_.find(outcome);
    if (found == attempts_.end()) {
        auto& counter = registry().counter(
            "navette_attempts_total",
            "Attempts by their outcome",
            {{"platform", slug_}, {"outcome", std::string(outcome)}}
        );
        found = attempts_.emplace(outcome, &counter).first;
    }
    return *found->second;
}

PlatformMetrics& platform_metrics(std::string_view slug) {
    static std::mutex lock;
    static auto& platforms = *new std::map<std::string, PlatformMetrics, std::less<>>;
    const std::lock_guard held(lock);
    auto found = platforms.find(slug);
    if (found == platforms.end()) {
        found = platforms.try_emplace(std::string(slug), std::string(slug)).first;
    }
    return found->second;
}

WebhookMetrics::WebhookMetrics(const std::string& slug)
    : received(registry().counter(
          "navette_webhooks_received_total",
          "Genuine webhooks, for each integration they were meant for",
          {{"platform", slug}}
      )),
      refused(registry().counter(
          "navette_webhooks_refused_total",
          "Webhooks that were not genuine or meant for no integration",
          {{"platform", slug}}
      )),
      not_durable(registry().counter(
          "navette_webhooks_not_durable_total",
          "Webhooks answered 503 because they could not be made durable",
          {{"platform", slug}}
      )) {}

WebhookMetrics& webhook_metrics(std::string_view slug) {
    static std::mutex lock;
    static auto& platforms = *new std::map<std::string, WebhookMetrics, std::less<>>;
    const std::lock_guard held(lock);
    auto found = platforms.find(slug);
    if (found == platforms.end()) {
        found = platforms.try_emplace(std::string(slug), std::string(slug)).first;
    }
    return found->second;
}

PullMetrics::PullMetrics(const std::string& slug)
    : records(registry().counter(
          "navette_pulled_records_total", "Records read from the platform by pulls", {{"platform", slug}}
      )),
      changes(registry().counter(
          "navette_pulled_changes_total",
          "Changes that pulls found and nothing had told of",
          {{"platform", slug}}
      )),
      failures(registry().counter(
          "navette_pull_failures_total", "Pages that could not be pulled", {{"platform", slug}}
      )) {}

PullMetrics& pull_metrics(std::string_view slug) {
    static std::mutex lock;
    static auto& platforms = *new std::map<std::string, PullMetrics, std::less<>>;
    const std::lock_guard held(lock);
    auto found = platforms.find(slug);
    if (found == platforms.end()) {
        found = platforms.try_emplace(std::string(slug), std::string(slug)).first;
    }
    return found->second;
}

Gauge& drift_records(std::string_view integration, std::string_view object, std::string_view kind) {
    return registry().gauge(
        "navette_drift_records",
        "Records that differed from the hub when all of the object were compared last",
        {{"integration", std::string(integration)},
         {"object", std::string(object)},
         {"kind", std::string(kind)}}
    );
}

Gauge& webhook_subscriptions(std::string_view platform, std::string_view state) {
    return registry().gauge(
        "navette_webhook_subscriptions",
        "Webhook subscriptions of the integrations of this node, as they were found last",
        {{"platform", std::string(platform)}, {"state", std::string(state)}}
    );
}

SourceMetrics::SourceMetrics()
    : rows(registry().counter("navette_source_rows_total", "Rows that the queries of sources yielded")),
      jobs(registry().counter("navette_source_jobs_total", "Jobs that sources made")),
      captured(
          registry().counter("navette_source_captured_keys_total", "Keys that triggers captured for sources")
      ),
      paused(registry().gauge(
          "navette_sources_paused", "Sources that do not read, for too many of their jobs are unfinished"
      )) {}

SourceMetrics& source_metrics() {
    static auto& metrics = *new SourceMetrics;
    return metrics;
}

EngineMetrics::EngineMetrics()
    : leases_acquired(registry().counter("navette_leases_acquired_total", "Integrations this node took over")
      ),
      leases_released(registry().counter("navette_leases_released_total", "Integrations this node gave back")
      ),
      leases_lost(registry().counter(
          "navette_leases_lost_total", "Integrations that other nodes took because this one seemed dead"
      )),
      integrations_owned(registry().gauge("navette_integrations_owned", "Integrations this node works for")),
      calls_in_flight(registry().gauge("navette_calls_in_flight", "Calls of connectors under way")),
      job_bytes(registry().gauge("navette_job_bytes", "Memory that the jobs in hand count for")),
      journal_pages(registry().counter("navette_journal_pages_total", "Transactions that wrote completions")),
      journal_page(
          registry().histogram("navette_journal_page_seconds", "One transaction that writes completions")
      ),
      journal_jobs(registry().counter("navette_journal_jobs_total", "Completions written")),
      wakeups(registry().counter("navette_wakeups_total", "Notifications of new work")),
      database_up(registry().gauge("navette_database_up", "1 while PostgreSQL answers, else 0")) {}

EngineMetrics& engine_metrics() {
    static auto& metrics = *new EngineMetrics;
    return metrics;
}

ListenerMetrics::ListenerMetrics()
    : connections(registry().gauge("navette_http_connections", "Connections of clients that are open")),
      accepted(registry().counter("navette_http_connections_total", "Connections of clients taken")),
      requests(registry().gauge("navette_http_requests_in_flight", "Requests being answered")),
      body_bytes(registry().gauge("navette_http_body_bytes", "Memory held for bodies of requests")),
      bytes_sent(registry().counter("navette_http_sent_bytes_total", "Bytes of answers")),
      certificate_end(registry().gauge(
          "navette_http_certificate_expiry_timestamp_seconds",
          "When the TLS certificate expires, since 1970; 0 without TLS"
      )) {}

ListenerMetrics& listener_metrics() {
    static auto& metrics = *new ListenerMetrics;
    return metrics;
}

RouteMetrics::RouteMetrics(const std::string& method, const std::string& pattern)
    : answered{},
      duration(registry().histogram(
          "navette_http_request_seconds",
          "From the end of a request's header to the last byte of its answer",
          {{"method", method}, {"route", pattern}}
      )) {
    static constexpr std::array kClasses{"1xx", "2xx", "3xx", "4xx", "5xx"};
    for (std::size_t at = 0; at < answered.size(); ++at) {
        answered[at] = &registry().counter(
            "navette_http_requests_total",
            "Requests answered",
            {{"method", method}, {"route", pattern}, {"status", kClasses[at]}}
        );
    }
}

RouteMetrics& route_metrics(std::string_view method, std::string_view pattern) {
    static std::mutex lock;
    static auto& routes = *new std::map<std::pair<std::string, std::string>, RouteMetrics>;
    const std::lock_guard held(lock);
    const std::pair<std::string, std::string> key(method, pattern);
    return routes.try_emplace(key, key.first, key.second).first->second;
}

Counter& listener_refusals(std::string_view reason) {
    return registry().counter(
        "navette_http_refused_total",
        "Requests and connections turned away by the listener",
        {{"reason", std::string(reason)}}
    );
}

Gauge& queue_jobs(std::string_view platform, std::string_view state) {
    return registry().gauge(
        "navette_queue_jobs",
        "Jobs in the queue, of all nodes",
        {{"platform", std::string(platform)}, {"state", std::string(state)}}
    );
}

Gauge& open_conflicts(std::string_view platform) {
    return registry().gauge(
        "navette_conflicts_open",
        "Fields changed on both sides that wait for a person",
        {{"platform", std::string(platform)}}
    );
}

Gauge& queue_oldest_ready(std::string_view platform) {
    return registry().gauge(
        "navette_queue_oldest_ready_seconds",
        "How long the oldest job that could run has been able to",
        {{"platform", std::string(platform)}}
    );
}

Gauge& integrations_held(std::string_view platform, std::string_view state) {
    return registry().gauge(
        "navette_integrations_held",
        "Enabled integrations that hold their jobs, of all nodes",
        {{"platform", std::string(platform)}, {"state", std::string(state)}}
    );
}

Histogram& database_round_trip(std::string_view statement) {
    static std::mutex lock;
    static auto& statements = *new std::map<std::string, Histogram*, std::less<>>;
    const std::lock_guard held(lock);
    auto found = statements.find(statement);
    if (found == statements.end()) {
        auto& histogram = registry().histogram(
            "navette_database_round_trip_seconds",
            "One exchange with PostgreSQL",
            {{"statement", std::string(statement)}}
        );
        found = statements.emplace(statement, &histogram).first;
    }
    return *found->second;
}

std::string metrics_text() {
    return registry().text();
}

}  // namespace navette::core
