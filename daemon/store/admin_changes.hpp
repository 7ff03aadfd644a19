// The feed of what came from platforms, as the application consumes it.
#pragma once

#include "daemon/store/admin_session.hpp"
#include "daemon/store/leases.hpp"

#include <cstdint>
#include <string>

namespace navette::store {

/// At most `limit` entries of the tenant's feed behind `after`, in order and without gaps: {position,
/// entity_type, entity_id, operation, integration_id, remote_id, event_type, data, version, fields,
/// occurred_at, created_at}.
[[nodiscard]] core::Result<Records> changes_after(
    AdminSession& session, const std::string& tenant, std::int64_t after, int limit
);

/// The application has taken in the tenant's feed up to here: what it tells from now on, it tells knowing
/// that. Never goes back, nor beyond the feed's end. `not_found` where the tenant has no feed.
[[nodiscard]] core::Result<void> acknowledge_changes(
    AdminSession& session, const std::string& tenant, std::int64_t position
);

/// Has an integration that takes the feed told again what the feed holds behind `after`. Returns how many
/// jobs that makes; an integration that takes none is an error.
[[nodiscard]] core::Result<std::int64_t> redeliver_changes(
    AdminSession& session, const IntegrationKey& key, std::int64_t after
);

}  // namespace navette::store
