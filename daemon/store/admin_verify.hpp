// The books: what was accepted, and what became of it.
#pragma once

#include "daemon/store/admin_session.hpp"

#include <optional>
#include <string>

namespace navette::store {

struct BooksFilter {
    std::optional<std::string> tenant;
    std::optional<std::string> integration;
    std::string since;  // ISO 8601: accepted then or later
};

/// For each tenant and integration that accepted jobs: {tenant_id, integration_id, accepted, done, skipped,
/// cancelled, failed, pending, missing, missing_ids, doubles, double_ids}. Each job counts once, wherever it
/// is now; the lists hold the lowest 20 ids. One statement, so one snapshot: nothing moves while it counts.
[[nodiscard]] core::Result<Records> read_books(AdminSession& session, const BooksFilter& filter);

}  // namespace navette::store
