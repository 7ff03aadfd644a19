// What the daemon counts and times, for Prometheus; docs/metrics.md explains each metric. Obtain a handle
// once and keep it: it lives as long as the process, and adding to it costs some tens of nanoseconds, on any
// thread. Labels are few and known (platform, outcome, state, statement); never a tenant or an integration.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace navette::core {

/// Only grows, from 0 at the start of the process.
class Counter {
  public:
    explicit Counter(prometheus::Counter& counter) : counter_(counter) {}
    Counter(const Counter&) = delete;
    Counter& operator=(const Counter&) = delete;

    /// Adds `n`; a negative `n` is ignored.
    void add(double n = 1);

  private:
    prometheus::Counter& counter_;
};

/// A value that rises and falls; 0 until it is set.
class Gauge {
  public:
    explicit Gauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
    Gauge(const Gauge&) = delete;
    Gauge& operator=(const Gauge&) = delete;

    void set(double value);
    void add(double n);

  private:
    prometheus::Gauge& gauge_;
};

/// Durations in buckets from 100 us to 100 s, exported in seconds.
class Histogram {
  public:
    explicit Histogram(prometheus::Histogram& histogram) : histogram_(histogram) {}
    Histogram(const Histogram&) = delete;
    Histogram& operator=(const Histogram&) = delete;

    void observe(std::chrono::nanoseconds duration);

  private:
    prometheus::Histogram& histogram_;
};

/// What this node does for one platform.
struct PlatformMetrics {
    explicit PlatformMetrics(std::string slug);
    PlatformMetrics(const PlatformMetrics&) = delete;
    PlatformMetrics& operator=(const PlatformMetrics&) = delete;

    /// Attempts that ended in `outcome`, named as in sync_logs.
    Counter& attempts(std::string_view outcome);

    Counter& jobs_finished;    // jobs that left the queue: done, skipped or cancelled
    Counter& jobs_failed;      // jobs that became dead letters
    Counter& coalesced;        // jobs that a later job of the same record made unnecessary
    Counter& batches;          // calls that carried several jobs
    Counter& batch_splits;     // batches that failed as a whole and were taken apart
    Counter& quarantined;      // jobs put aside: a daemon died again and again with them in hand
    Histogram& pick_to_start;  // from reading a job to the start of its call
    Histogram& call;           // one call of the connector
    Histogram& limiter_wait;   // waiting for the account's budget
    Counter& breaker_opened;   // circuit breakers that opened
    Gauge& breakers_open;      // accounts whose circuit breaker is open now
    Counter& throttled;        // answers by which the platform asked for less

  private:
    std::string slug_;
    std::mutex attempts_lock_;
    std::map<std::string, Counter*, std::less<>> attempts_;  // by outcome
};

/// The metrics of one platform; made, all at 0, by the first call for it.
[[nodiscard]] PlatformMetrics& platform_metrics(std::string_view slug);

/// What one platform's webhooks came to at this node's listener.
struct WebhookMetrics {
    explicit WebhookMetrics(const std::string& slug);
    WebhookMetrics(const WebhookMetrics&) = delete;
    WebhookMetrics& operator=(const WebhookMetrics&) = delete;

    Counter& received;     // genuine ones, for each integration that they were meant for
    Counter& refused;      // not genuine, or meant for no integration
    Counter& not_durable;  // answered 503, for the platform to send again
};

/// The webhook metrics of one platform; made, all at 0, by the first call for it.
[[nodiscard]] WebhookMetrics& webhook_metrics(std::string_view slug);

/// What this node pulled from one platform.
struct PullMetrics {
    explicit PullMetrics(const std::string& slug);
    PullMetrics(const PullMetrics&) = delete;
    PullMetrics& operator=(const PullMetrics&) = delete;

    Counter& records;   // that were read
    Counter& changes;   // of them, what nothing had told of
    Counter& failures;  // pages that could not be read
};

/// The pull metrics of one platform; made, all at 0, by the first call for it.
[[nodiscard]] PullMetrics& pull_metrics(std::string_view slug);

/// Records of an integration's object that differed when all were compared last, by what would be done.
[[nodiscard]] Gauge& drift_records(
    std::string_view integration, std::string_view object, std::string_view kind
);

/// Webhook subscriptions of this node's integrations as they were found last: held, missing, repaired or
/// refused.
[[nodiscard]] Gauge& webhook_subscriptions(std::string_view platform, std::string_view state);

/// What this node's sources read.
struct SourceMetrics {
    SourceMetrics();
    SourceMetrics(const SourceMetrics&) = delete;
    SourceMetrics& operator=(const SourceMetrics&) = delete;

    Counter& rows;      // that their queries yielded
    Counter& jobs;      // that were made of them
    Counter& captured;  // keys that triggers captured
    Gauge& paused;      // sources that do not read now, for too many of their jobs are unfinished
};

[[nodiscard]] SourceMetrics& source_metrics();

/// What this node does as a whole.
struct EngineMetrics {
    EngineMetrics();
    EngineMetrics(const EngineMetrics&) = delete;
    EngineMetrics& operator=(const EngineMetrics&) = delete;

    Counter& leases_acquired;
    Counter& leases_released;
    Counter& leases_lost;  // to a node that found this one dead
    Gauge& integrations_owned;
    Gauge& calls_in_flight;
    Gauge& job_bytes;         // what the jobs in hand count for
    Counter& journal_pages;   // transactions that write completions
    Histogram& journal_page;  // one such transaction
    Counter& journal_jobs;    // jobs completed in them
    Counter& wakeups;         // notifications of new work
    Gauge& database_up;       // 1 while PostgreSQL answers, else 0
};

[[nodiscard]] EngineMetrics& engine_metrics();

/// What the HTTP listener does as a whole.
struct ListenerMetrics {
    ListenerMetrics();
    ListenerMetrics(const ListenerMetrics&) = delete;
    ListenerMetrics& operator=(const ListenerMetrics&) = delete;

    Gauge& connections;      // open now
    Counter& accepted;       // connections taken
    Gauge& requests;         // being answered now
    Gauge& body_bytes;       // held of bodies now
    Counter& bytes_sent;     // of answers, heads included
    Gauge& certificate_end;  // when the TLS certificate expires, seconds since 1970; 0 without TLS
};

[[nodiscard]] ListenerMetrics& listener_metrics();

/// Requests of one route.
struct RouteMetrics {
    RouteMetrics(const std::string& method, const std::string& pattern);

    std::array<Counter*, 5> answered;  // by the status' first digit: 1xx to 5xx
    Histogram& duration;               // from the end of the header to the answer's last byte
};

/// `pattern` is a route's, so that there are few; "none" where no route fits.
[[nodiscard]] RouteMetrics& route_metrics(std::string_view method, std::string_view pattern);

/// Requests and connections that the listener turned away, by a reason of a few known words.
[[nodiscard]] Counter& listener_refusals(std::string_view reason);

/// The jobs in the whole queue, whichever node they belong to.
[[nodiscard]] Gauge& queue_jobs(std::string_view platform, std::string_view state);

/// How long the oldest job that could run has been able to, in seconds.
[[nodiscard]] Gauge& queue_oldest_ready(std::string_view platform);

/// Fields that were changed on both sides and wait for a person.
[[nodiscard]] Gauge& open_conflicts(std::string_view platform);

/// Enabled integrations that hold their jobs, of all nodes.
[[nodiscard]] Gauge& integrations_held(std::string_view platform, std::string_view state);

/// One exchange with PostgreSQL, from sending it to its last answer; one that carries several statements goes
/// by the first one's name. Statements are constants, so there are few.
[[nodiscard]] Histogram& database_round_trip(std::string_view statement);

/// All metrics in Prometheus' text format.
[[nodiscard]] std::string metrics_text();

}  // namespace navette::core
