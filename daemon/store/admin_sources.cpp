#include "daemon/store/admin_sources.hpp"

namespace navette::store {

namespace {

constexpr const char* kCursors = R"sql(
SELECT row_to_json(r) FROM (
    SELECT c.tenant_id, c.name, n.name AS node, navette.iso(c.last_run_at) AS last_run_at,
           navette.iso(c.last_full_at) AS last_full_at, c.rows_read, c.rows_queued, c.keys_captured, c.capture,
           navette.iso(c.paused_at) AS paused_at, c.requested, c.last_error, c.vanished, c.position
    FROM navette.sync_cursors c
    LEFT JOIN navette.nodes n ON n.node_id = c.node_id AND n.expires_at > clock_timestamp()
    WHERE ($1::text IS NULL OR c.tenant_id = $1) AND ($2::text IS NULL OR c.name = $2)
    ORDER BY c.tenant_id, c.name
) r
)sql";

// A full run that somebody asked for already is not made a smaller one.
constexpr const char* kRequest = R"sql(
WITH asked AS (
    INSERT INTO navette.sync_cursors AS c (tenant_id, name, requested, deletes_approved) VALUES ($1, $2, $3, $4::boolean)
    ON CONFLICT (tenant_id, name) DO UPDATE
    SET requested = CASE WHEN c.requested = 'full' THEN 'full' ELSE excluded.requested END,
        full_position = CASE WHEN excluded.requested = 'full' THEN NULL ELSE c.full_position END,
        deletes_approved = c.deletes_approved OR excluded.deletes_approved
    RETURNING name
)
SELECT json_build_object('name', name), pg_notify('navette_wake', 'source:' || name) FROM asked
)sql";

}  // namespace

core::Result<Records> list_cursors(AdminSession& session) {
    return session.query(kCursors, {std::nullopt, std::nullopt});
}

core::Result<void> request_source_run(
    AdminSession& session, const std::string& tenant, const std::string& name, bool full, bool deletes
) {
    const auto asked =
        session.query(kRequest, {tenant, name, full ? "full" : "incremental", deletes ? "true" : "false"});
    return asked ? core::Result<void>() : std::unexpected(asked.error());
}

core::Result<std::optional<Record>> find_cursor(
    AdminSession& session, const std::string& tenant, const std::string& name
) {
    auto cursors = session.query(kCursors, {tenant, name});
    if (!cursors) {
        return std::unexpected(cursors.error());
    }
    return cursors->empty() ? std::optional<Record>() : std::optional(std::move(cursors->front()));
}

}  // namespace navette::store
