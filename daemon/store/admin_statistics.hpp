// What the sync logs say of each integration and day.
#pragma once

#include "daemon/store/admin_session.hpp"

#include <optional>
#include <string>

namespace navette::store {

struct StatisticsFilter {
    std::optional<std::string> tenant;
    std::optional<std::string> integration;
    std::string since;  // ISO 8601: the first day's beginning in UTC
    std::string until;  // before then
};

/// At most `limit` rows, one for each integration and day that has attempts, by day, tenant and integration:
/// {day, tenant_id, integration_id, attempts, jobs: {finished, failed}, outcomes: {done, ...}, error_rate,
/// duration_ms: {p50, p95}}. The error rate is the share of attempts that carried nothing over; durations are
/// those of attempts that were neither skipped nor cancelled, null where there were none. Reads the
/// partitions of those days and no others.
[[nodiscard]] core::Result<Records> daily_statistics(
    AdminSession& session, const StatisticsFilter& filter, int limit
);

}  // namespace navette::store
