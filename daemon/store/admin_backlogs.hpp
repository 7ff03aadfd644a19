// What waits for each integration, and how fast it went of late: what a forecast is made of.
#pragma once

#include "daemon/store/admin_session.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

/// {tenant_id, integration_id, pending, done, kinds: [{event_type, entity_type, jobs}]} for each integration
/// that has pending jobs. `done`: jobs that ended in the last `recent`. `kinds` has those that go to the
/// platform. Counts the queue, so its cost grows with it.
[[nodiscard]] core::Result<Records> read_backlogs(
    AdminSession& session, const std::optional<std::string>& tenant, std::chrono::seconds recent
);

/// {account, state}: what is kept of the named accounts' long limits, as AccountBudget has it.
[[nodiscard]] core::Result<Records> read_account_budgets(
    AdminSession& session, const std::vector<std::string>& accounts
);

}  // namespace navette::store
