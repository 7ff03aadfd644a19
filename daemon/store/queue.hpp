// The queue table as its owner uses it: look, pick, start, complete. One owner per integration, so nothing is
// claimed row by row; every write is fenced by the lease's epoch.
#pragma once

#include "daemon/store/connection.hpp"
#include "daemon/store/leases.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

struct Job {
    std::int64_t id = 0;
    std::string event_type;
    std::string entity_type;
    std::string entity_id;
    std::string operation;
    std::string data;  // JSON text
    int priority = 5;
    int attempts = 0;  // made so far
    std::optional<int> max_retries;
    bool maybe_applied = false;
    bool inbound = false;
    std::optional<std::chrono::seconds> waited;  // for a parent, so far
};

/// The integrations with jobs that are due, whoever owns them. Cost follows their number, not the number of
/// jobs.
boost::asio::awaitable<core::Result<std::vector<std::string>>> integrations_with_work(Connection& connection);

struct Picked {
    std::vector<Job> jobs;
    std::optional<std::chrono::milliseconds> next_due;  // when the next pending job becomes due, if any
};

/// Due jobs of one integration in order of priority and age, at most one per record: the oldest unfinished
/// one. Jobs in `in_hand` are left out. Takes nothing: the owner alone decides what runs.
boost::asio::awaitable<core::Result<Picked>> pick(
    Connection& connection, IntegrationKey key, std::vector<std::int64_t> in_hand, int limit
);

/// A record whose link (or dead letter) is asked for.
struct RecordName {
    RecordName(std::string object_name, std::string id)
        : object(std::move(object_name)), entity_id(std::move(id)) {}

    std::string object;
    std::string entity_id;
};
struct RecordState {
    std::string remote_id;  // empty: not linked
    std::string pushed_hash;
    std::int64_t job_id = 0;                 // the job that carried it over last
    std::optional<std::string> dead_letter;  // the reason of the record's own dead letter, if it has one
};

/// The state of each named record, in the same order.
boost::asio::awaitable<core::Result<std::vector<RecordState>>> look_up_records(
    Connection& connection, IntegrationKey key, std::vector<RecordName> records
);

/// Jobs that are about to run. Written, and committed, before the first request leaves.
struct Start {
    IntegrationKey key;
    std::int64_t epoch = 0;
    std::int64_t batch_id = 0;
    std::vector<std::int64_t> job_ids;
};

enum class Verdict {
    finish,  // the job is over; remove it
    retry,   // again, at `run_after`
    fail,    // dead letter
    park,    // wait for the parent's job
};

/// A parent to be brought along: enqueued unless the record already has a pending job.
struct Parent {
    std::string object;
    std::string entity_id;
    std::string data;  // JSON text; empty: nothing to bring, only wait
};

struct Completion {
    IntegrationKey key;
    std::int64_t epoch = 0;
    std::int64_t job_id = 0;
    Verdict verdict = Verdict::finish;
    int attempts = 0;                        // the new value
    std::chrono::milliseconds run_after{0};  // retry: from now
    bool maybe_applied = false;
    std::string outcome;  // the kind's name
    std::string message;
    std::string field;
    std::string object;
    bool logged = true;  // false: no attempt was made, no log row
    std::vector<std::string> remarks;
    std::string request;   // JSON text or empty; redacted
    std::string response;  // JSON text or empty; redacted
    std::chrono::system_clock::time_point started_at;
    std::chrono::milliseconds duration{0};
    bool linked = false;    // finish: write the record's link
    bool unlinked = false;  // finish: remove it
    std::string remote_id;
    std::string remote_version;
    std::string pushed_hash;
    std::string snapshot;  // JSON text
    std::optional<Parent> parent;
};

/// A finished or given-up batch, to be taken off in_flight.
struct Ended {
    IntegrationKey key;
    std::int64_t epoch = 0;
    std::int64_t batch_id = 0;
};

/// What one commit carries.
struct JournalPage {
    std::vector<Completion> completions;
    std::vector<Ended> ended;
    std::vector<Start> starts;

    [[nodiscard]] bool empty() const { return completions.empty() && ended.empty() && starts.empty(); }
};

struct Started {
    std::string integration_id;
    std::int64_t batch_id = 0;
    std::vector<std::int64_t> job_ids;  // those still pending; a batch whose lease is lost is absent
};

/// Writes a page as one transaction. Completions by a former owner (other epoch or node) change nothing and
/// log nothing.
boost::asio::awaitable<core::Result<std::vector<Started>>> write_page(
    Connection& connection, std::string node_id, const JournalPage& page
);

/// Makes dead letters of a passing cause pending again, for the integrations of this node, until a week after
/// they were enqueued. Returns how many.
boost::asio::awaitable<core::Result<std::int64_t>> revive_dead_letters(
    Connection& connection, std::string node_id
);

/// Creates log partitions a week ahead and drops those past their retention. Returns the names of the dropped
/// ones.
boost::asio::awaitable<core::Result<std::vector<std::string>>> keep_log_partitions(
    Connection& connection, std::chrono::hours keep_sync_logs, std::chrono::hours keep_webhook_logs
);

}  // namespace navette::store
