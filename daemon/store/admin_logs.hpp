// The sync logs as navettectl and the API read, follow and export them.
#pragma once

#include "daemon/store/admin_session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
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
    std::optional<std::string> entity_type;
    std::optional<std::string> event;  // "order.paid", or "order.*"
    std::optional<std::string> until;  // ISO 8601: before then
    bool errors_only = false;          // what carried nothing over: neither done, skipped nor cancelled
};

/// Where a reader of the log stands: rows are in the order of their time, and of their ids within a moment.
struct LogPlace {
    std::int64_t micros = 0;  // since 1970, of created_at
    std::int64_t id = 0;
};

struct PlacedLog {
    LogPlace place;
    Record log;
};

/// The newest `limit` rows that fit with ids up to `newest`, oldest first.
[[nodiscard]] core::Result<Records> recent_logs(
    AdminSession& session, const LogFilter& filter, std::int64_t newest, int limit
);

/// The newest `limit` rows that fit and lie before `before`, newest first. Rows that are written meanwhile
/// are newer, so that a reader who goes on from the last place misses and repeats nothing that was there.
[[nodiscard]] core::Result<std::vector<PlacedLog>> older_logs(
    AdminSession& session, const LogFilter& filter, const std::optional<LogPlace>& before, int limit
);

/// Reads all rows that fit from the oldest to the newest, page by page, with memory for one page. Each page
/// is a statement of its own: no transaction stays open while the reader is slow.
class LogExport {
  public:
    /// From `filter.since`, else a day before its end; to `filter.until`, else now.
    [[nodiscard]] static core::Result<LogExport> begin(
        AdminSession& session, LogFilter filter, int page_size
    );

    /// The next page; empty at the end. Looks at several days where they hold nothing.
    [[nodiscard]] core::Result<Records> next(AdminSession& session);

    [[nodiscard]] bool at_end() const { return place_.micros >= until_; }

  private:
    LogExport(LogFilter filter, int page_size) : filter_(std::move(filter)), page_size_(page_size) {}

    core::Result<std::vector<PlacedLog>> read_span(AdminSession& session, std::int64_t end) const;

    LogFilter filter_;
    int page_size_;
    LogPlace place_;
    std::int64_t until_ = 0;  // micros
    std::int64_t span_ = 0;   // micros that the next page looks at
};

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
