#include "daemon/store/queue_depth.hpp"

namespace navette::store {

namespace asio = boost::asio;

namespace {

constexpr Statement kModesty{"queue_depth_modesty", R"sql(
SELECT set_config('max_parallel_workers_per_gather', '0', false), set_config('jit', 'off', false),
       set_config('statement_timeout', '30s', false)
)sql"};

// Each count reads one partial index and, where vacuum keeps up, nothing else. Priority 9 and 10 are
// background work, whose age says nothing.
constexpr Statement kDepth{"queue_depth", R"sql(
WITH fresh AS MATERIALIZED (
    SELECT integration_id, count(*) AS jobs, min(id) FILTER (WHERE priority < 9) AS oldest
    FROM navette.sync_queue WHERE status = 'pending' AND NOT deferred GROUP BY integration_id
), deferred AS MATERIALIZED (
    SELECT integration_id, count(*) AS jobs, min(run_at) AS oldest
    FROM navette.sync_queue WHERE status = 'pending' AND deferred AND waits_for IS NULL GROUP BY integration_id
), counted AS (
    SELECT integration_id, jobs AS pending, 0 AS in_flight, 0 AS waiting, 0 AS failed FROM fresh
    UNION ALL SELECT integration_id, jobs, 0, 0, 0 FROM deferred
    UNION ALL SELECT integration_id, 0, sum(cardinality(job_ids)), 0, 0
    FROM navette.in_flight WHERE recovered_at IS NULL GROUP BY integration_id
    UNION ALL SELECT integration_id, 0, 0, count(*), 0
    FROM navette.sync_queue WHERE waits_for IS NOT NULL AND status = 'pending' GROUP BY integration_id
    UNION ALL SELECT integration_id, 0, 0, 0, count(*)
    FROM navette.sync_queue WHERE status = 'failed' GROUP BY integration_id
), depth AS (
    SELECT integration_id, greatest(sum(pending) - sum(in_flight), 0) AS pending, sum(in_flight) AS in_flight,
           sum(waiting) AS waiting, sum(failed) AS failed
    FROM counted GROUP BY integration_id
), integrations AS MATERIALIZED (
    SELECT id, min(integration_type) AS platform,
           bool_or(enabled AND state = 'active' AND sync_frequency = 'realtime') AS runs,
           min(state) FILTER (WHERE enabled) AS state
    FROM navette.tenant_integrations GROUP BY id
), candidates AS (
    SELECT platform, (SELECT run_at FROM navette.sync_queue WHERE id = first.id LIMIT 1) AS since
    FROM (SELECT i.platform, min(f.oldest) AS id
          FROM fresh f JOIN integrations i ON i.id = f.integration_id AND i.runs GROUP BY i.platform) first
    UNION ALL
    SELECT i.platform, live.run_at
    FROM deferred d JOIN integrations i ON i.id = d.integration_id AND i.runs
    CROSS JOIN LATERAL (
        SELECT q.run_at FROM navette.sync_queue q
        WHERE q.integration_id = d.integration_id AND q.status = 'pending' AND q.deferred AND q.waits_for IS NULL
          AND q.run_at <= now() AND q.priority < 9
        ORDER BY q.run_at LIMIT 1) live
    WHERE d.oldest <= now()
), conflicts AS (
    SELECT i.platform, sum((SELECT count(*) FROM jsonb_object_keys(l.conflicts))) AS fields
    FROM navette.record_links l JOIN integrations i ON i.id = l.integration_id
    WHERE l.conflicts <> '{}' GROUP BY i.platform
), ready AS (
    SELECT platform, min(since) AS since FROM candidates GROUP BY platform
)
SELECT coalesce(i.platform, 'removed'), coalesce(sum(d.pending), 0)::bigint, coalesce(sum(d.in_flight), 0)::bigint,
       coalesce(sum(d.waiting), 0)::bigint, coalesce(sum(d.failed), 0)::bigint,
       coalesce(greatest(extract(epoch FROM now() - min(r.since)) * 1000, 0), 0)::bigint, coalesce(min(c.fields), 0)::bigint,
       count(*) FILTER (WHERE i.state = 'paused'), count(*) FILTER (WHERE i.state = 'needs_reauth'),
       count(*) FILTER (WHERE i.state = 'error')
FROM integrations i FULL JOIN depth d ON d.integration_id = i.id LEFT JOIN ready r ON r.platform = i.platform
LEFT JOIN conflicts c ON c.platform = i.platform
GROUP BY 1 ORDER BY 1
)sql"};

}  // namespace

asio::awaitable<core::Result<std::vector<PlatformDepth>>> queue_depth(Connection& connection) {
    auto rows = co_await connection.query(kModesty);
    if (rows) {
        rows = co_await connection.query(kDepth);
    }
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<PlatformDepth> depths;
    for (int row = 0; row < rows->size(); ++row) {
        auto& depth = depths.emplace_back();
        depth.platform = rows->string(row, 0);
        depth.pending = rows->integer(row, 1);
        depth.in_flight = rows->integer(row, 2);
        depth.waiting = rows->integer(row, 3);
        depth.failed = rows->integer(row, 4);
        depth.oldest_ready = std::chrono::milliseconds(rows->integer(row, 5));
        depth.conflicts = rows->integer(row, 6);
        depth.paused = rows->integer(row, 7);
        depth.needs_reauth = rows->integer(row, 8);
        depth.error = rows->integer(row, 9);
    }
    co_return depths;
}

}  // namespace navette::store
