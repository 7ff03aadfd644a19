#include "daemon/store/admin_verify.hpp"

namespace navette::store {

namespace {

// Every mention of a job, in the ledger, in the queue and in the log's final rows, is brought together by its
// id: no join whose plan could go wrong on a partition that was never analysed. A job that is in
// the queue is not finished, whatever the log says. The log is read from five minutes earlier, since a
// fail-over may set the clock back.
constexpr const char* kBooks = R"sql(
WITH mentions AS (
    SELECT l.tenant_id, l.integration_id, job.id, true AS accepted, NULL AS queued, NULL AS ended
    FROM navette.ledger l CROSS JOIN LATERAL unnest(l.jobs) AS span
    CROSS JOIN LATERAL generate_series(lower(span), upper(span) - 1) AS job (id)
    WHERE l.accepted_at >= $3::timestamptz AND ($1::text IS NULL OR l.tenant_id = $1)
      AND ($2::text IS NULL OR l.integration_id = $2)
    UNION ALL
    SELECT q.tenant_id, q.integration_id, q.id, false, q.status, NULL
    FROM navette.sync_queue q
    WHERE ($1::text IS NULL OR q.tenant_id = $1) AND ($2::text IS NULL OR q.integration_id = $2)
    UNION ALL
    SELECT s.tenant_id, s.integration_id, s.job_id, false, NULL, s.status
    FROM navette.sync_logs s
    WHERE s.final AND s.status IN ('done', 'skipped', 'cancelled')
      AND s.created_at >= $3::timestamptz - interval '5 minutes' AND ($1::text IS NULL OR s.tenant_id = $1)
      AND ($2::text IS NULL OR s.integration_id = $2)
), jobs AS (
    SELECT id, min(tenant_id) AS tenant_id, min(integration_id) AS integration_id,
           coalesce(max(queued), max(ended) FILTER (WHERE ended = 'done'), max(ended), 'missing') AS state,
           count(*) FILTER (WHERE ended = 'done') > 1 AS doubled
    FROM mentions GROUP BY id HAVING bool_or(accepted)
), books AS (
    SELECT tenant_id, integration_id, count(*) AS accepted, count(*) FILTER (WHERE state = 'done') AS done,
           count(*) FILTER (WHERE state = 'skipped') AS skipped, count(*) FILTER (WHERE state = 'cancelled') AS cancelled,
           count(*) FILTER (WHERE state = 'failed') AS failed, count(*) FILTER (WHERE state = 'pending') AS pending,
           count(*) FILTER (WHERE state = 'missing') AS missing,
           coalesce(array_agg(id) FILTER (WHERE state = 'missing'), '{}') AS missing_ids,
           count(*) FILTER (WHERE doubled) AS doubles, coalesce(array_agg(id) FILTER (WHERE doubled), '{}') AS double_ids
    FROM jobs GROUP BY tenant_id, integration_id
)
SELECT row_to_json(r) FROM (
    SELECT tenant_id, integration_id, accepted, done, skipped, cancelled, failed, pending, missing,
           ARRAY(SELECT unnest(missing_ids) ORDER BY 1 LIMIT 20) AS missing_ids, doubles,
           ARRAY(SELECT unnest(double_ids) ORDER BY 1 LIMIT 20) AS double_ids
    FROM books ORDER BY tenant_id, integration_id
) r
)sql";

// The planner cannot know how many ids a range holds and takes it for a hundred times too many: without this,
// compiling the statement takes longer than the counting, and the sort of a day's jobs goes to disk.
constexpr const char* kForCounting =
    "SELECT json_build_object('jit', set_config('jit', 'off', false), 'memory', set_config('work_mem', "
    "'64MB', "
    "false))";

}  // namespace

core::Result<Records> read_books(AdminSession& session, const BooksFilter& filter) {
    if (auto prepared = session.query(kForCounting); !prepared) {
        return prepared;
    }
    return session.query(kBooks, {filter.tenant, filter.integration, filter.since});
}

}  // namespace navette::store
