// Plans and searches for drift as people ask for them, look at them and decide on them
// (migrations/0018_comparisons.sql).
#pragma once

#include "daemon/config/repair_bound.hpp"
#include "daemon/store/admin_session.hpp"
#include "daemon/store/leases.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace navette::store {

struct ComparisonWish {
    bool is_first = true;               // a plan, else a search for drift
    std::optional<std::string> object;  // none: all that are synchronised both ways
    std::string asked_by;
    config::RepairBound repair;  // of a search; without a bound it asks before it repairs anything
    bool dry_run = false;        // of a search: only tell
    std::chrono::minutes patience{24 * 60};  // how long it waits for approval
};

/// Asks the integration's owner for it and returns its id. `conflict` where one stands already, `invalid`
/// where its connector has no such object or cannot read all records.
[[nodiscard]] core::Result<std::int64_t> ask_for_comparison(
    AdminSession& session, const IntegrationKey& key, const ComparisonWish& wish
);

struct ComparisonFilter {
    std::optional<std::string> tenant;
    std::optional<std::string> integration;
    std::optional<std::string> kind;  // plan or reconcile
};

/// The newest `limit` with ids below `before` (0: from the newest), newest first: {id, run, tenant_id,
/// integration_id, kind, state, object, objects, at_object, phase, counts, to_apply, applied, superseded,
/// dry_run, failures, last_error, created_by, approved_by, created_at, ready_at, approved_at, finished_at,
/// expires_at}.
[[nodiscard]] core::Result<Records> list_comparisons(
    AdminSession& session, const ComparisonFilter& filter, std::int64_t before, int limit
);

/// One of them, with `samples`: of each object and verdict so many [{object, verdict, remote_id, entity_type,
/// entity_id, reason, differences, applied_at}]. `not_found` where there is none, or it is another tenant's.
[[nodiscard]] core::Result<Record> find_comparison(
    AdminSession& session, std::int64_t id, const std::optional<std::string>& tenant, int samples
);

enum class Decision { approve, pause, resume, cancel };

/// `conflict` with a sentence where it cannot be, `not_found` as above.
[[nodiscard]] core::Result<void> decide_on_comparison(
    AdminSession& session,
    std::int64_t id,
    const std::optional<std::string>& tenant,
    Decision decision,
    const std::string& by_whom
);

}  // namespace navette::store
