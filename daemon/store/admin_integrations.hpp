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
    std::string created_by{"navettectl"};  // of a new one
    /// A new one works only once its plan is approved (docs/plans-and-reconcile.md): it begins as 'paused'.
    bool plan_first = false;
};

/// Writes a new integration; `conflict` where any tenant has that id already.
[[nodiscard]] core::Result<void> add_integration(AdminSession& session, const IntegrationPlan& plan);

/// Replaces name, settings, secrets, direction, frequency, retries and sync rules, and makes the state active
/// again, unless it waits for its plan. `conflict` where the row has another version than `plan.row.version`
/// meanwhile.
[[nodiscard]] core::Result<void> change_integration(AdminSession& session, const IntegrationPlan& plan);

/// Switches it on (its state becomes active too, unless it waits for its plan; `without_plan`: even then) or
/// off.
[[nodiscard]] core::Result<void> set_integration_enabled(
    AdminSession& session, const IntegrationKey& key, bool enabled, bool without_plan = false
);

/// Asks the owner to let go at once what the integration's schedule holds back; of a disabled one, once it is
/// enabled. Returns {requested_at}.
[[nodiscard]] core::Result<Record> request_sync(AdminSession& session, const IntegrationKey& key);

/// Removes the integration with its unfinished jobs, links and mappings: {jobs, links}. The logs stay.
/// `conflict` where it has another version than `version`; none: whatever it has.
[[nodiscard]] core::Result<Record> remove_integration(
    AdminSession& session, const IntegrationKey& key, std::optional<std::int64_t> version = std::nullopt
);

/// The platforms that can be connected, by the names of the application that navette replaces.
[[nodiscard]] core::Result<Records> list_platforms(AdminSession& session);

/// Behind which integration a page of the list begins.
struct IntegrationPlace {
    std::string created_at;
    std::string id;
};

/// The connected integrations, newest first, by the names of the application that navette replaces, with what
/// the catalogue says of their platforms; `created_at_exact` is for IntegrationPlace. Without secrets:
/// `has_secrets` only. `id`: this one only.
[[nodiscard]] core::Result<Records> list_connected(
    AdminSession& session,
    const std::optional<std::string>& tenant,
    const std::optional<std::string>& id,
    const std::optional<IntegrationPlace>& after,
    int limit
);

/// Makes a record's jobs of one integration due at once, its dead letters with all their attempts; returns
/// how many. What a daemon has in hand is left out.
[[nodiscard]] core::Result<std::int64_t> retry_record(
    AdminSession& session,
    const IntegrationKey& key,
    const std::string& entity_type,
    const std::string& entity_id
);

}  // namespace navette::store
