// What runs changed, and taking it back (migrations/0019_conflicts_undo.sql).
#pragma once

#include "daemon/store/admin_session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace navette::store {

/// A run of a tenant: "plan:7".
struct RunName {
    std::string tenant_id;
    std::string run;
};

/// The runs of which images are kept, by tenant and name: {tenant_id, run, records, links, undone, first_at,
/// last_at}.
[[nodiscard]] core::Result<Records> list_runs(
    AdminSession& session,
    const std::optional<std::string>& tenant,
    const std::optional<RunName>& after,
    int limit
);

/// The run, where images of it are kept. Fails as `not_found`; as `conflict` where several tenants have such
/// a run and none was named.
[[nodiscard]] core::Result<RunName> find_run(
    AdminSession& session, const std::string& run, const std::optional<std::string>& tenant
);

/// How many jobs of the run are not finished: before they are, it cannot be undone.
[[nodiscard]] core::Result<std::int64_t> unfinished_jobs(AdminSession& session, const RunName& name);

/// Behind which image a page begins. Links come before records: what hangs on a record goes first.
struct ImagePlace {
    std::string kind;
    std::string integration_id;
    std::string object;
    std::string entity_type;
    std::string entity_id;
};

/// What is not undone yet of a run: {kind, integration_id, object, entity_type, entity_id, remote_id, action,
/// reason}, where `action` is what undo would do just now: restore, bury, delete, unlink, follow or keep;
/// `reason` says why it would keep it.
[[nodiscard]] core::Result<Records> preview_undo(
    AdminSession& session, const RunName& name, const std::optional<ImagePlace>& after, int limit
);

/// Takes back these images of preview_undo(), in one transaction; `action` and `reason` then say what was
/// done. The session must not be bound to a tenant (store::Unbound).
[[nodiscard]] core::Result<void> undo_images(AdminSession& session, const RunName& name, Records& images);

}  // namespace navette::store
