#include "daemon/store/admin_callback.hpp"

#include <algorithm>

namespace navette::store {

namespace {

// Who starts a batch holds its lease until that is committed, so once the lease is ours, what is in hand can
// be seen.
constexpr const char* kLock = R"sql(
SELECT '{}'::json FROM navette.leases WHERE tenant_id = $1 AND integration_id = $2 FOR UPDATE
)sql";

constexpr const char* kJob = R"sql(
SELECT json_build_object('id', q.id, 'event_type', q.event_type, 'entity_type', q.entity_type, 'entity_id', q.entity_id,
                         'attempts', q.attempts, 'max_retries', coalesce(q.max_retries, i.max_retries),
                         'in_hand', EXISTS (SELECT FROM navette.in_flight f
                                            WHERE f.tenant_id = q.tenant_id AND f.integration_id = q.integration_id
                                              AND q.id = ANY (f.job_ids) AND f.recovered_at IS NULL))
FROM navette.sync_queue q
JOIN navette.tenant_integrations i ON i.tenant_id = q.tenant_id AND i.id = q.integration_id
WHERE q.tenant_id = $1 AND q.integration_id = $2 AND (q.external_id = $3 OR q.id::text = $3)
ORDER BY q.external_id IS NOT DISTINCT FROM $3 DESC, q.id
LIMIT 1
FOR UPDATE OF q
)sql";

// $1 tenant, $2 integration, $3 job, $4 object, $5 remote id, $6 message, $7 request, $8 response, $9
// started, $10 duration. What became a dead letter because this record was one lives again.
constexpr const char* kDone = R"sql(
WITH finished AS (
    DELETE FROM navette.sync_queue WHERE tenant_id = $1 AND integration_id = $2 AND id = $3::bigint RETURNING *
), logged AS (
    INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, object, remote_id,
                                   status, final, attempt, remarks, request, response, started_at, duration_ms, external_id)
    SELECT tenant_id, integration_id, id, direction, event_type, entity_type, entity_id, $4, $5, 'done', true, attempts + 1,
           CASE WHEN $6 <> '' THEN ARRAY[$6::text] END, $7::jsonb, $8::jsonb,
           coalesce($9::timestamptz, now() - $10::integer * interval '1 millisecond'), $10::integer, external_id
    FROM finished
    RETURNING id
), linked AS (
    INSERT INTO navette.record_links AS l (tenant_id, integration_id, object, entity_id, remote_id, local_hash, job_id)
    SELECT tenant_id, integration_id, $4, entity_id, $5, md5(data::text), id FROM finished
    WHERE $4 <> '' AND $5 <> '' AND direction = 'to_platform' AND operation <> 'delete'
    -- Nobody told what fields went over: the next push is compared with nothing.
    ON CONFLICT (tenant_id, integration_id, object, entity_id) DO UPDATE
    SET remote_id = excluded.remote_id, local_hash = excluded.local_hash, job_id = excluded.job_id, pushed_hash = '',
        snapshot = '{}', synced_at = now()
    WHERE l.job_id <= excluded.job_id
), released AS (
    UPDATE navette.sync_queue c
    SET waits_for = NULL, run_at = now(), deferred = true, status = 'pending', failed_at = NULL,
        waits_since = CASE WHEN c.status = 'failed' THEN NULL ELSE c.waits_since END,
        attempts = CASE WHEN c.status = 'failed' THEN 0 ELSE c.attempts END
    FROM finished f
    WHERE c.tenant_id = f.tenant_id AND c.integration_id = f.integration_id AND c.id <> f.id
      AND c.waits_for = f.entity_type || ':' || f.entity_id
), noted AS (
    UPDATE navette.tenant_integrations SET last_sync_at = now(), last_sync_status = 'success', last_sync_error = NULL
    WHERE tenant_id = $1 AND id = $2
)
SELECT json_build_object('log_id', id, 'job_id', $3::bigint, 'job', 'done'),
       pg_notify('navette_wake', 'recheck:' || $2)
FROM logged
)sql";

// $1 to $10 as above; $11 whether it is a dead letter now, $12 milliseconds to wait, $13 the outcome.
constexpr const char* kFailed = R"sql(
WITH kept AS (
    UPDATE navette.sync_queue
    SET attempts = attempts + 1, deferred = true, outcome = $13, last_error = nullif($6, ''), last_request = $7::jsonb,
        last_response = $8::jsonb, status = CASE WHEN $11::boolean THEN 'failed' ELSE 'pending' END,
        failed_at = CASE WHEN $11::boolean THEN now() END,
        run_at = CASE WHEN $11::boolean THEN run_at ELSE now() + $12::bigint * interval '1 millisecond' END
    WHERE tenant_id = $1 AND integration_id = $2 AND id = $3::bigint
    RETURNING *
), logged AS (
    INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, object, remote_id,
                                   status, final, attempt, error_message, request, response, started_at, duration_ms, external_id)
    SELECT tenant_id, integration_id, id, direction, event_type, entity_type, entity_id, $4, $5, $13, $11::boolean, attempts,
           nullif($6, ''), $7::jsonb, $8::jsonb,
           coalesce($9::timestamptz, now() - $10::integer * interval '1 millisecond'), $10::integer, external_id
    FROM kept
    RETURNING id
), noted AS (
    UPDATE navette.tenant_integrations SET last_sync_at = now(), last_sync_status = 'failed', last_sync_error = nullif($6, '')
    WHERE tenant_id = $1 AND id = $2
)
SELECT json_build_object('log_id', id, 'job_id', $3::bigint, 'job', CASE WHEN $11::boolean THEN 'failed' ELSE 'retry' END),
       pg_notify('navette_wake', 'recheck:' || $2)
FROM logged
)sql";

// $1 tenant, $2 integration, $3 event type, $4 entity type, $5 entity id, $6 object, $7 remote id, $8
// success, $9 message, $10 request, $11 response, $12 started, $13 duration.
constexpr const char* kLogOnly = R"sql(
WITH noted AS (
    UPDATE navette.tenant_integrations
    SET last_sync_at = now(), last_sync_status = CASE WHEN $8::boolean THEN 'success' ELSE 'failed' END,
        last_sync_error = CASE WHEN NOT $8::boolean THEN nullif($9, '') END
    WHERE tenant_id = $1 AND id = $2
), logged AS (
    INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, object, remote_id,
                                   status, final, attempt, error_message, remarks, request, response, started_at, duration_ms)
    VALUES ($1, $2, 0, 'to_platform', $3, $4, $5, $6, $7, CASE WHEN $8::boolean THEN 'done' ELSE 'rejected' END, true, 1,
            CASE WHEN NOT $8::boolean THEN nullif($9, '') END, CASE WHEN $8::boolean AND $9 <> '' THEN ARRAY[$9::text] END,
            $10::jsonb, $11::jsonb, coalesce($12::timestamptz, now() - $13::integer * interval '1 millisecond'), $13::integer)
    RETURNING id
)
SELECT json_build_object('log_id', id, 'job_id', NULL, 'job', 'none') FROM logged
)sql";

core::Result<Record> only_row(core::Result<Records> rows) {
    if (!rows) {
        return std::unexpected(rows.error());
    }
    if (rows->empty()) {
        return core::failure(core::ErrorKind::internal, "a callback was not written down");
    }
    return std::move(rows->front());
}

core::Result<Record> conclude_job(AdminSession& session, const ExternalOutcome& outcome) {
    const auto& key = outcome.key;
    if (const auto locked = session.query(kLock, {key.tenant_id, key.id}); !locked) {
        return std::unexpected(locked.error());
    }
    const auto found = session.query(kJob, {key.tenant_id, key.id, outcome.job});
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->empty()) {
        return core::failure(
            core::ErrorKind::not_found,
            "integration " + key.id + " has no unfinished job " + outcome.job + "; it may have been finished"
        );
    }
    const auto& job = found->front();
    if (job.at("in_hand").as_bool()) {
        return core::failure(
            core::ErrorKind::conflict,
            "a daemon is working on job " + outcome.job + " at this moment: it will say itself how that ends"
        );
    }
    const auto object = outcome.object.empty() && outcome.object_of
                            ? outcome.object_of(text_of(job, "event_type"), text_of(job, "entity_type"))
                            : outcome.object;
    std::vector<std::optional<std::string>> values{
        key.tenant_id,
        key.id,
        std::to_string(job.at("id").as_int64()),
        object,
        outcome.remote_id,
        outcome.message,
        outcome.request,
        outcome.response,
        outcome.started_at,
        std::to_string(outcome.duration_ms)
    };
    if (outcome.success) {
        return only_row(session.query(kDone, values));
    }
    const auto attempt = static_cast<int>(job.at("attempts").as_int64()) + 1;
    const auto& own = job.at("max_retries");
    const auto allowed = own.is_int64() ? static_cast<int>(own.as_int64()) : outcome.max_retries;
    const bool over = !outcome.may_retry || attempt > allowed;
    const auto pause = outcome.pause_after ? outcome.pause_after(attempt) : std::chrono::milliseconds(0);
    values.emplace_back(over ? "true" : "false");
    values.emplace_back(std::to_string(pause.count()));
    values.emplace_back(outcome.may_retry ? "retry" : "rejected");
    return only_row(session.query(kFailed, values));
}

}  // namespace

core::Result<Record> conclude_external(AdminSession& session, ExternalOutcome outcome) {
    Record concluded;
    // Links are the engine's to write: the role of a tenant may not.
    const Unbound unbound(session);
    const auto written = session.transaction([&]() -> core::Result<void> {
        const auto& key = outcome.key;
        auto row = outcome.job.empty() ? only_row(session.query(
                                             kLogOnly,
                                             {key.tenant_id,
                                              key.id,
                                              outcome.event_type,
                                              outcome.entity_type,
                                              outcome.entity_id,
                                              outcome.object.empty() && outcome.object_of
                                                  ? outcome.object_of(outcome.event_type, outcome.entity_type)
                                                  : outcome.object,
                                              outcome.remote_id,
                                              outcome.success ? "true" : "false",
                                              outcome.message,
                                              outcome.request,
                                              outcome.response,
                                              outcome.started_at,
                                              std::to_string(outcome.duration_ms)}
                                         ))
                                       : conclude_job(session, outcome);
        if (!row) {
            return std::unexpected(row.error());
        }
        concluded = std::move(*row);
        return {};
    });
    if (!written) {
        return std::unexpected(written.error());
    }
    return concluded;
}

}  // namespace navette::store
