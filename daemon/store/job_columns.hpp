// The columns by which a statement hands out jobs, and how they are read.
#pragma once

#include "daemon/store/job.hpp"
#include "daemon/store/rows.hpp"

#include <vector>

// Data of more than this many bytes in the table are not read along, since a page of such jobs would take any
// memory. Far below it a row's data are compressed, and above it they lie elsewhere anyway.
#define NAVETTE_LARGE_DATA "8000"

// The columns that read_jobs() reads, in its order; each statement adds one, its hindrance: 'blocked' where
// an older pending job of the record stands before it, 'early' where it is not due or waits for a parent,
// null where it may run. What few jobs have stands in columns that are null for all others: what a drain
// costs depends on how little is said of a job. A jsonb that becomes a text first costs a fifth of a
// microsecond.
#define NAVETTE_JOB_COLUMNS                                                                              \
    "q.id, q.ctid, q.event_type, q.entity_type, q.entity_id, nullif(q.operation, 'upsert'), "            \
    "CASE WHEN pg_column_size(q.data) <= " NAVETTE_LARGE_DATA                                            \
    " THEN q.data END, q.priority, "                                                                     \
    "CASE WHEN q.attempts <> 0 OR q.deaths <> 0 OR q.max_retries IS NOT NULL OR q.maybe_applied "        \
    "OR q.direction <> 'to_platform' OR q.deferred OR q.waits_since IS NOT NULL "                        \
    "OR starts_with(q.origin, 'sync') OR q.operation = 'delete' "                                        \
    "OR pg_column_size(q.data) > " NAVETTE_LARGE_DATA                                                    \
    " THEN concat_ws(' ', q.attempts, q.deaths, coalesce(q.max_retries, -1), q.maybe_applied::integer, " \
    "(q.direction = 'from_platform')::integer, q.deferred::integer, "                                    \
    "coalesce(extract(epoch FROM now() - q.waits_since)::bigint, -1), "                                  \
    "starts_with(q.origin, 'sync')::integer + starts_with(q.origin, 'sync:undo:')::integer, "            \
    "starts_with(q.origin, 'source:')::integer, "                                                        \
    "(q.outcome IS NOT NULL)::integer, pg_column_size(q.data)) END, "

// Whether the job's time has come. What was due when it came is due, also where the server's clock was set
// back since.
#define NAVETTE_IS_DUE(row) "(" row ".run_at <= " row ".created_at OR " row ".run_at <= now())"

// Whether an older job of the same record is pending; `row` names the job, of the integration $1.
#define NAVETTE_OLDER_IS_PENDING(row)                                                          \
    "EXISTS (SELECT FROM navette.sync_queue e "                                                \
    "WHERE navette.record_key(e.integration_id, e.entity_id) = navette.record_key($1, " row    \
    ".entity_id) "                                                                             \
    "AND e.integration_id = $1 AND e.entity_type = " row ".entity_type AND e.entity_id = " row \
    ".entity_id "                                                                              \
    "AND e.status = 'pending' AND e.id < " row ".id)"

namespace navette::store {

/// The column behind NAVETTE_JOB_COLUMNS.
inline constexpr int kHindrance = 9;

[[nodiscard]] std::vector<Job> read_jobs(const Rows& rows);

}  // namespace navette::store
