// The connected integrations as an administrator lists and changes them. Each change tells the daemons at
// once.
#pragma once

#include "daemon/store/admin_session.hpp"
#include "daemon/store/integrations.hpp"

#include <optional>
#include <string>

namespace navette::store {

/// All integrations, or those of one tenant. Without secrets: `has_secrets` only.
[[nodiscard]] core::Result<Records> list_integrations(
    AdminSession& session, const std::optional<std::string>& tenant
);

/// One integration for people, and the same as the engine reads it.
struct KnownIntegration {
    Record record;
    IntegrationRow row;
};

/// Fails with `not_found`; with `conflict` where several tenants have an integration of this id and none was
/// named.
[[nodiscard]] core::Result<KnownIntegration> find_integration(
    AdminSession& session, const std::string& id, const std::optional<std::string>& tenant
);

/// What an administrator decides about an integration beyond its row in the engine.
struct IntegrationPlan {
    IntegrationRow row;
    bool enabled = false;
};

/// Writes a new integration; `conflict` where any tenant has that id already.
[[nodiscard]] core::Result<void> add_integration(AdminSession& session, const IntegrationPlan& plan);

/// Replaces name, settings, secrets, direction, frequency and retries, and makes the state active again.
/// `conflict` where the row has another version than `plan.row.version` meanwhile.
[[nodiscard]] core::Result<void> change_integration(AdminSession& session, const IntegrationPlan& plan);

/// Switches it on (its state becomes active too) or off.
[[nodiscard]] core::Result<void> set_integration_enabled(
    AdminSession& session, const IntegrationKey& key, bool enabled
);

/// Asks the owner to let go at once what the integration's schedule holds back; of a disabled one, once it is
/// enabled. Returns {requested_at}.
[[nodiscard]] core::Result<Record> request_sync(AdminSession& session, const IntegrationKey& key);

/// Removes the integration with its unfinished jobs, links and mappings: {jobs, links}. The logs stay.
[[nodiscard]] core::Result<Record> remove_integration(AdminSession& session, const IntegrationKey& key);

}  // namespace navette::store
