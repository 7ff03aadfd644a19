// The queue as an administrator sees and mends it. What becomes ready by a change wakes its owner.
#pragma once

#include "daemon/store/admin_session.hpp"
#include "daemon/store/job.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

struct NewJob {
    std::string tenant;
    std::string event_type;
    std::string entity_type;
    std::string entity_id;
    std::string data{"{}"};  // JSON text
    /// Where the record stands in `data`; empty: all of it is the record. PostgreSQL takes it out, so that
    /// numbers keep every digit.
    std::vector<std::string> data_path;
    int priority = 5;
    std::optional<std::string> run_at;  // ISO 8601; none: now
    std::optional<std::string> integration;
    std::string operation{"upsert"};
    std::string origin{"navettectl"};
};

/// Calls navette.enqueue, which wakes owners that sleep. Returns the jobs' ids: none where no enabled
/// integration of the tenant wants the event.
[[nodiscard]] core::Result<std::vector<std::int64_t>> enqueue(AdminSession& session, const NewJob& job);

struct JobFilter {
    std::optional<std::string> tenant;
    std::optional<std::string> integration;
    std::optional<std::string> event;  // "order.paid", or "order.*"
    std::optional<std::string> entity;
    std::optional<std::string> outcome;  // of the last attempt
    std::optional<std::string> error;    // part of its reason, letter case aside
    std::optional<std::string> since;    // ISO 8601: failed then or later; what has not failed: enqueued
    std::optional<std::string> until;    // ISO 8601: before then
    std::optional<std::string> status;   // pending, processing, failed or waiting
    std::optional<std::string> entity_type;
    std::optional<int> priority;
};

/// At most `limit` unfinished jobs and dead letters with ids above `after`, by id, without their data.
[[nodiscard]] core::Result<Records> list_queue(
    AdminSession& session, const JobFilter& filter, std::int64_t after, int limit
);

/// One unfinished job whole; nothing where it is finished or never was.
[[nodiscard]] core::Result<std::optional<Record>> find_job(
    AdminSession& session, std::int64_t job, const std::optional<std::string>& tenant
);

/// Everything known of one job.
struct JobStory {
    std::optional<Record> job;  // none: it is finished
    Records logs;               // its attempts, oldest first
    Records links;              // of its record on the platform
};

/// Fails with `not_found` where neither the queue nor the logs know the job.
[[nodiscard]] core::Result<JobStory> find_job_story(
    AdminSession& session, std::int64_t job, const std::optional<std::string>& tenant
);

/// A job that find_job returned, as the engine reads it.
[[nodiscard]] Job queued_job(const Record& record);

/// The links of a record on the objects that the record may be there.
[[nodiscard]] core::Result<Records> find_links(
    AdminSession& session, const Record& job, const std::vector<std::string>& objects
);

/// Makes dead letters pending again with all their attempts, and pending jobs due at once; `gap` lies between
/// one job and the next. Dead letters that failed only for a chosen one's sake come along. Tells the owners.
/// Returns {tenant_id, integration_id, jobs, until, ids} for each integration (ids: null above a thousand);
/// what is in a node's hand or gone is left out.
[[nodiscard]] core::Result<Records> retry_jobs(
    AdminSession& session,
    const std::vector<std::int64_t>& jobs,
    const std::optional<std::string>& tenant,
    std::chrono::microseconds gap
);

/// The same for all dead letters that fit, as background work: their priority becomes 9 where it was higher.
/// One whose record has a newer pending job stays: its state is out of date.
[[nodiscard]] core::Result<Records> retry_dead_letters(
    AdminSession& session, const JobFilter& filter, std::chrono::microseconds gap
);

/// Removes unfinished jobs, with a final log row for each, and returns them whole; what waited for them looks
/// again. What is in a node's hand or gone is left out.
[[nodiscard]] core::Result<Records> cancel_jobs(
    AdminSession& session, const std::vector<std::int64_t>& jobs, const std::optional<std::string>& tenant
);

/// The same for all jobs that fit, in transactions of some thousand; returns how many. Those removed before a
/// failure stay removed.
[[nodiscard]] core::Result<std::int64_t> cancel_all(AdminSession& session, const JobFilter& filter);

}  // namespace navette::store
