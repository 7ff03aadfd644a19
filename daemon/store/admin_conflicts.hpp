// Fields that were changed on both sides and wait for a person (migrations/0019_conflicts_undo.sql).
#pragma once

#include "daemon/store/admin_session.hpp"
#include "daemon/store/leases.hpp"

#include <optional>
#include <string>

namespace navette::store {

/// Which conflicts; what is none is any.
struct ConflictFilter {
    std::optional<std::string> tenant;
    std::optional<std::string> integration;
    std::optional<std::string> object;
    std::optional<std::string> field;
};

/// Behind which conflict a page of the list begins.
struct ConflictPlace {
    std::string tenant_id;
    std::string integration_id;
    std::string object;
    std::string entity_id;
    std::string field;
};

/// The open conflicts by tenant, integration, object, record and field: {tenant_id, integration_id, platform,
/// object, entity_type, entity_id, remote_id, field, base, local, remote, since}.
[[nodiscard]] core::Result<Records> list_conflicts(
    AdminSession& session, const ConflictFilter& filter, const std::optional<ConflictPlace>& after, int limit
);

struct ConflictName {
    IntegrationKey key;
    std::string object;
    std::string entity_id;
    std::string field;
};

/// What is to hold from now on, on both sides.
struct ConflictChoice {
    std::string choose;                // local, platform or value
    std::optional<std::string> value;  // JSON text, for `value`
};

/// Decides one conflict: {tenant_id, integration_id, object, entity_type, entity_id, field, choose, value,
/// version, jobs}; none where it is not there any more. The session need not be bound: the name holds the
/// tenant.
[[nodiscard]] core::Result<std::optional<Record>> resolve_conflict(
    AdminSession& session, const ConflictName& name, const ConflictChoice& choice
);

/// Decides up to 500 of those that fit for one side ("local" or "platform"): {resolved, left}.
[[nodiscard]] core::Result<Record> resolve_conflicts(
    AdminSession& session, const ConflictFilter& filter, const std::string& choose
);

}  // namespace navette::store
