#include "daemon/store/admin_statistics.hpp"

namespace navette::store {

namespace {

// One pass over the days' partitions; the planner leaves the others out, and does not even lock them, because
// the bounds are parameters as they are.
constexpr const char* kDays = R"sql(
SELECT row_to_json(r) FROM (
    SELECT to_char(day, 'YYYY-MM-DD') AS day, tenant_id, integration_id, attempts,
           json_build_object('finished', finished, 'failed', failed) AS jobs,
           json_build_object('done', done, 'skipped', skipped, 'retry', retry, 'unavailable', unavailable, 'throttled', throttled,
                             'rejected', rejected, 'needs_reauth', needs_reauth, 'misconfigured', misconfigured, 'gone', gone,
                             'conflict', conflict, 'quarantined', quarantined, 'parent_failed', parent_failed,
                             'cancelled', cancelled) AS outcomes,
           round((attempts - done - skipped - cancelled)::numeric / attempts, 4) AS error_rate,
           json_build_object('p50', p50, 'p95', p95) AS duration_ms
    FROM (
        SELECT (l.created_at AT TIME ZONE 'UTC')::date AS day, l.tenant_id, l.integration_id, count(*) AS attempts,
               count(*) FILTER (WHERE final AND status IN ('done', 'skipped')) AS finished,
               count(*) FILTER (WHERE final AND status NOT IN ('done', 'skipped', 'cancelled')) AS failed,
               count(*) FILTER (WHERE status = 'done') AS done, count(*) FILTER (WHERE status = 'skipped') AS skipped,
               count(*) FILTER (WHERE status = 'retry') AS retry,
               count(*) FILTER (WHERE status = 'unavailable') AS unavailable,
               count(*) FILTER (WHERE status = 'throttled') AS throttled,
               count(*) FILTER (WHERE status = 'rejected') AS rejected,
               count(*) FILTER (WHERE status = 'needs_reauth') AS needs_reauth,
               count(*) FILTER (WHERE status = 'misconfigured') AS misconfigured,
               count(*) FILTER (WHERE status = 'gone') AS gone, count(*) FILTER (WHERE status = 'conflict') AS conflict,
               count(*) FILTER (WHERE status = 'quarantined') AS quarantined,
               count(*) FILTER (WHERE status = 'parent_failed') AS parent_failed,
               count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
               percentile_disc(0.5) WITHIN GROUP (ORDER BY duration_ms)
                   FILTER (WHERE status NOT IN ('skipped', 'cancelled')) AS p50,
               percentile_disc(0.95) WITHIN GROUP (ORDER BY duration_ms)
                   FILTER (WHERE status NOT IN ('skipped', 'cancelled')) AS p95
        FROM navette.sync_logs l
        WHERE l.created_at >= $3::timestamptz AND l.created_at < $4::timestamptz
          AND ($1::text IS NULL OR l.tenant_id = $1) AND ($2::text IS NULL OR l.integration_id = $2)
        GROUP BY 1, 2, 3
    ) counted
    ORDER BY day, tenant_id, integration_id LIMIT $5::bigint
) r
)sql";

}  // namespace

core::Result<Records> daily_statistics(AdminSession& session, const StatisticsFilter& filter, int limit) {
    return session.query(
        kDays, {filter.tenant, filter.integration, filter.since, filter.until, std::to_string(limit)}
    );
}

}  // namespace navette::store
