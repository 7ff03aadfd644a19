#include "daemon/store/admin_status.hpp"

namespace navette::store {

namespace {

constexpr const char* kStatus = R"sql(
WITH live AS (
    SELECT l.tenant_id, l.integration_id, n.name AS node
    FROM navette.leases l JOIN navette.nodes n ON n.node_id = l.node_id AND n.expires_at > clock_timestamp()
), hand AS (
    SELECT tenant_id, integration_id, sum(cardinality(job_ids)) AS jobs FROM navette.in_flight GROUP BY 1, 2
), depth AS (
    SELECT q.tenant_id, q.integration_id,
           count(*) FILTER (WHERE status = 'pending' AND waits_for IS NULL) AS pending,
           count(*) FILTER (WHERE status = 'pending' AND waits_for IS NOT NULL) AS waiting,
           count(*) FILTER (WHERE status = 'failed') AS failed,
           min(run_at) FILTER (WHERE status = 'pending' AND waits_for IS NULL AND run_at <= now()) AS oldest_due
    FROM navette.sync_queue q GROUP BY 1, 2
), nodes AS (
    SELECT n.name, n.node_id, n.version, n.expires_at > clock_timestamp() AS alive, navette.iso(n.started_at) AS started_at,
           navette.iso(n.expires_at) AS expires_at,
           (SELECT count(*) FROM navette.leases l WHERE l.node_id = n.node_id) AS integrations
    FROM navette.nodes n ORDER BY n.name
), integrations AS (
    SELECT coalesce(i.tenant_id, d.tenant_id) AS tenant_id, coalesce(i.id, d.integration_id) AS id,
           i.integration_type AS platform, coalesce(i.enabled, false) AS enabled, coalesce(i.state, 'removed') AS state,
           i.state_reason, live.node,
           greatest(coalesce(d.pending, 0) - coalesce(hand.jobs, 0), 0) AS pending, coalesce(hand.jobs, 0) AS processing,
           coalesce(d.waiting, 0) AS waiting, coalesce(d.failed, 0) AS failed, navette.iso(d.oldest_due) AS oldest_due_at,
           navette.iso(i.last_sync_at) AS last_sync_at, i.last_sync_status
    FROM navette.tenant_integrations i
    FULL JOIN depth d ON d.tenant_id = i.tenant_id AND d.integration_id = i.id
    LEFT JOIN live ON live.tenant_id = i.tenant_id AND live.integration_id = i.id
    LEFT JOIN hand ON hand.tenant_id = i.tenant_id AND hand.integration_id = i.id
    ORDER BY 1, 2
)
SELECT json_build_object(
    'database_time', navette.iso(now()),
    'nodes', (SELECT coalesce(json_agg(nodes), '[]') FROM nodes),
    'unowned', (SELECT count(*) FROM integrations WHERE enabled AND node IS NULL),
    'integrations', (SELECT coalesce(json_agg(integrations), '[]') FROM integrations))
)sql";

}  // namespace

core::Result<Record> read_status(AdminSession& session) {
    auto rows = session.query(kStatus);
    if (!rows) {
        return std::unexpected(rows.error());
    }
    return std::move(rows->front());
}

}  // namespace navette::store
