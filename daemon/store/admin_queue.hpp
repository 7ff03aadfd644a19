// The queue as an administrator sees and mends it. What becomes ready by a change wakes its owner.
#pragma once

#include "daemon/store/admin_session.hpp"

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
    int priority = 5;
    std::optional<std::string> run_at;  // ISO 8601; none: now
    std::optional<std::string> integration;
    std::string operation{"upsert"};
};

/// Calls navette.enqueue, which wakes owners that sleep. Returns the jobs' ids: none where no enabled
/// integration of the tenant wants the event.
[[nodiscard]] core::Result<std::vector<std::int64_t>> enqueue(AdminSession& session, const NewJob& job);

struct QueueFilter {
    std::optional<std::string> tenant;
    std::optional<std::string> integration;
    std::optional<std::string> status;  // pending, processing, failed or waiting
    std::optional<std::string> entity;
    std::int64_t after = 0;
    int limit = 50;
};

/// Unfinished jobs and dead letters by id, without their data.
[[nodiscard]] core::Result<Records> list_queue(AdminSession& session, const QueueFilter& filter);

/// One unfinished job whole; nothing where it is finished or never was.
[[nodiscard]] core::Result<std::optional<Record>> find_job(
    AdminSession& session, std::int64_t job, const std::optional<std::string>& tenant
);

/// The links of a record on the objects that the record may be there.
[[nodiscard]] core::Result<Records> find_links(
    AdminSession& session, const Record& job, const std::vector<std::string>& objects
);

/// Makes a dead letter pending again, or a pending job due at once. False where it is in a node's hand or
/// gone.
[[nodiscard]] core::Result<bool> retry_job(
    AdminSession& session, std::int64_t job, const std::optional<std::string>& tenant
);

struct DeadLetterFilter {
    std::optional<std::string> tenant;
    std::optional<std::string> integration;
    std::optional<std::string> since;  // ISO 8601: failed then or later
    std::optional<std::string> error;  // part of the reason, letter case aside
};

/// Makes dead letters pending again: {tenant_id, integration_id, jobs} for each integration. One whose record
/// has a newer pending job stays: its state is out of date.
[[nodiscard]] core::Result<Records> retry_dead_letters(AdminSession& session, const DeadLetterFilter& filter);

/// Removes an unfinished job and returns it whole; what waited for it looks again. Nothing where it is in a
/// node's hand or gone.
[[nodiscard]] core::Result<std::optional<Record>> cancel_job(
    AdminSession& session, std::int64_t job, const std::optional<std::string>& tenant
);

}  // namespace navette::store
