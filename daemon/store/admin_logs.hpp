// The sync logs as navettectl reads and follows them.
#pragma once

#include "daemon/store/admin_session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

struct LogFilter {
    std::optional<std::string> tenant;
    std::optional<std::string> integration;
    std::optional<std::string> entity;
    /// Outcome kinds, and "failed" for every dead letter; empty: all.
    std::vector<std::string> statuses;
    std::optional<std::string> since;  // ISO 8601
    bool with_bodies = false;          // request and response too
};

/// The newest `limit` rows that fit with ids up to `newest`, oldest first.
[[nodiscard]] core::Result<Records> recent_logs(
    AdminSession& session, const LogFilter& filter, std::int64_t newest, int limit
);

/// All attempts of a job, oldest first, with request and response. `created_at`: when the job was made, where
/// that is known; without it every day of the log is looked at.
[[nodiscard]] core::Result<Records> job_logs(
    AdminSession& session,
    std::int64_t job,
    const std::optional<std::string>& tenant,
    const std::optional<std::string>& created_at
);

/// The highest id given out so far; 0 where there was none. Its row may not be committed yet.
[[nodiscard]] core::Result<std::int64_t> newest_log(AdminSession& session);

/// Rows of the last day that fit, with ids above `floor` and not in `seen`, by id.
[[nodiscard]] core::Result<Records> logs_above(
    AdminSession& session,
    const LogFilter& filter,
    std::int64_t floor,
    const std::vector<std::int64_t>& seen,
    int limit
);

}  // namespace navette::store
