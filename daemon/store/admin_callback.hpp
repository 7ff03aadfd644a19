// What external workers tell of the work that they did for an integration: the log row, and the end of the
// job where there was one.
#pragma once

#include "daemon/store/admin_session.hpp"
#include "daemon/store/leases.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace navette::store {

struct ExternalOutcome {
    IntegrationKey key;
    /// The job's id in the queue, or the id under which the application enqueued it; empty: the work was no
    /// job of the queue, and is logged only.
    std::string job;
    bool success = false;
    bool may_retry = true;  // false: a failure is permanent
    std::string event_type;
    std::string entity_type;
    std::string entity_id;
    std::string object;  // as the platform's manifest calls it; empty: `object_of` tells it
    std::string remote_id;
    std::string message;
    std::optional<std::string> request;     // JSON text, secrets redacted
    std::optional<std::string> response;    // JSON text, secrets redacted
    std::optional<std::string> started_at;  // ISO 8601; none: the duration ago
    int duration_ms = 0;

    int max_retries = 3;  // where neither the job nor the integration has its own
    /// How long a job waits whose attempt of this number failed.
    std::function<std::chrono::milliseconds(int attempt)> pause_after;
    /// What a record of an event and entity type is on the platform.
    std::function<std::string(const std::string& event_type, const std::string& entity_type)> object_of;
};

/// Writes it down, in one transaction: a success takes the job off the queue, links the record where the
/// remote id is known, and releases what waited for it; a failure makes it wait for its next attempt, or a
/// dead letter. Returns {log_id, job_id, job: done|retry|failed|none}. Fails as `not_found` where the
/// integration has no such job (any more), as `conflict` where a daemon has it in hand at this moment.
[[nodiscard]] core::Result<Record> conclude_external(AdminSession& session, ExternalOutcome outcome);

}  // namespace navette::store
