#include "daemon/store/admin_queue.hpp"

#include "daemon/store/connection.hpp"

#include <boost/json/array.hpp>

namespace navette::store {

namespace {

constexpr const char* kEnqueue = R"sql(
SELECT json_build_object('ids', navette.enqueue($1, $2, $3, $4, $5::jsonb, $6::integer,
                                                coalesce($7::timestamptz, now()), $8, $9, 'navettectl'))
)sql";

// The columns every list shows. A pending job may be in a node's hand, or wait for its parent.
constexpr const char* kJobColumns = R"sql(
    q.id, q.tenant_id, q.integration_id, q.event_type, q.entity_type, q.entity_id, q.operation, q.direction, q.priority,
    CASE WHEN f.batch_id IS NOT NULL THEN 'processing' WHEN q.status = 'failed' THEN 'failed'
         WHEN q.waits_for IS NOT NULL THEN 'waiting' ELSE 'pending' END AS status,
    q.attempts, navette.iso(q.run_at) AS run_at, q.waits_for, q.outcome, q.last_error, q.origin,
    navette.iso(q.created_at) AS created_at
)sql";

constexpr const char* kWholeJobColumns = R"sql(
    , coalesce(q.max_retries, i.max_retries) AS max_retries, navette.iso(q.waits_since) AS waits_since, q.maybe_applied,
    q.deaths, navette.iso(q.failed_at) AS failed_at, q.external_id, q.data, q.last_request, q.last_response
)sql";

constexpr const char* kJobTables = R"sql(
    FROM navette.sync_queue q
    LEFT JOIN navette.tenant_integrations i ON i.tenant_id = q.tenant_id AND i.id = q.integration_id
    LEFT JOIN LATERAL (
        SELECT f.batch_id FROM navette.in_flight f
        WHERE f.integration_id = q.integration_id AND f.tenant_id = q.tenant_id AND q.id = ANY (f.job_ids) LIMIT 1
    ) f ON true
)sql";

constexpr const char* kListed = R"sql(
    WHERE q.id > $5::bigint AND ($1::text IS NULL OR q.tenant_id = $1) AND ($2::text IS NULL OR q.integration_id = $2)
      AND ($4::text IS NULL OR q.entity_id = $4)
      AND ($3::text IS NULL
           OR ($3 = 'failed' AND q.status = 'failed') OR ($3 = 'processing' AND f.batch_id IS NOT NULL)
           OR ($3 = 'waiting' AND q.status = 'pending' AND q.waits_for IS NOT NULL AND f.batch_id IS NULL)
           OR ($3 = 'pending' AND q.status = 'pending' AND q.waits_for IS NULL AND f.batch_id IS NULL))
    ORDER BY q.id LIMIT $6::bigint
)sql";

constexpr const char* kLinks = R"sql(
SELECT row_to_json(r) FROM (
    SELECT object, entity_id, remote_id, remote_version, navette.iso(synced_at) AS synced_at, snapshot
    FROM navette.record_links
    WHERE tenant_id = $1 AND integration_id = $2 AND entity_id = $3 AND object = ANY ($4::text[])
    ORDER BY object
) r
)sql";

// maybe_applied stays: what an earlier attempt may have done is in doubt all the same.
constexpr const char* kRetry = R"sql(
WITH revived AS (
    UPDATE navette.sync_queue q
    SET status = 'pending', run_at = now(), failed_at = NULL, waits_for = NULL, waits_since = NULL,
        attempts = CASE WHEN q.status = 'failed' THEN 0 ELSE q.attempts END,
        deaths = CASE WHEN q.status = 'failed' THEN 0 ELSE q.deaths END
    WHERE q.id = $1::bigint AND ($2::text IS NULL OR q.tenant_id = $2)
      AND NOT EXISTS (SELECT FROM navette.in_flight f WHERE f.integration_id = q.integration_id
                        AND f.tenant_id = q.tenant_id AND q.id = ANY (f.job_ids))
    RETURNING q.id, q.integration_id
)
SELECT json_build_object('id', id), pg_notify('navette_wake', integration_id) FROM revived
)sql";

constexpr const char* kRetryDeadLetters = R"sql(
WITH revived AS (
    UPDATE navette.sync_queue q
    SET status = 'pending', run_at = now(), failed_at = NULL, waits_for = NULL, waits_since = NULL, attempts = 0, deaths = 0
    WHERE q.status = 'failed' AND ($1::text IS NULL OR q.tenant_id = $1) AND ($2::text IS NULL OR q.integration_id = $2)
      AND ($3::text IS NULL OR q.failed_at >= $3::timestamptz)
      AND ($4::text IS NULL OR strpos(lower(q.last_error), lower($4)) > 0)
      AND NOT EXISTS (SELECT FROM navette.sync_queue n
                      WHERE n.integration_id = q.integration_id AND n.tenant_id = q.tenant_id
                        AND n.entity_type = q.entity_type AND n.entity_id = q.entity_id AND n.status = 'pending'
                        AND n.id > q.id)
    RETURNING q.tenant_id, q.integration_id
), counted AS (
    SELECT tenant_id, integration_id, count(*) AS jobs FROM revived GROUP BY tenant_id, integration_id
)
SELECT row_to_json(counted), pg_notify('navette_wake', integration_id) FROM counted ORDER BY tenant_id, integration_id
)sql";

// Children that wait for the record look again, unless another job of the same record will release them.
constexpr const char* kCancel = R"sql(
WITH cancelled AS (
    DELETE FROM navette.sync_queue q
    WHERE q.id = $1::bigint AND ($2::text IS NULL OR q.tenant_id = $2)
      AND NOT EXISTS (SELECT FROM navette.in_flight f WHERE f.integration_id = q.integration_id
                        AND f.tenant_id = q.tenant_id AND q.id = ANY (f.job_ids))
    RETURNING q.id, q.tenant_id, q.integration_id, q.event_type, q.entity_type, q.entity_id, q.operation, q.status, q.data
), released AS (
    UPDATE navette.sync_queue c SET waits_for = NULL, run_at = now()
    FROM cancelled q
    WHERE c.integration_id = q.integration_id AND c.tenant_id = q.tenant_id AND c.id <> q.id
      AND c.waits_for = q.entity_type || ':' || q.entity_id
      AND NOT EXISTS (SELECT FROM navette.sync_queue o
                      WHERE o.integration_id = q.integration_id AND o.tenant_id = q.tenant_id AND o.id <> q.id
                        AND o.entity_type = q.entity_type AND o.entity_id = q.entity_id AND o.status = 'pending')
)
SELECT row_to_json(cancelled), pg_notify('navette_wake', integration_id) FROM cancelled
)sql";

std::string job_select(const std::string& columns, const std::string& condition) {
    return "SELECT row_to_json(r) FROM (SELECT " + columns + kJobTables + condition + ") r";
}

core::Result<std::optional<Record>> at_most_one(core::Result<Records> records) {
    if (!records) {
        return std::unexpected(records.error());
    }
    return records->empty() ? std::optional<Record>() : std::optional(std::move(records->front()));
}

}  // namespace

core::Result<std::vector<std::int64_t>> enqueue(AdminSession& session, const NewJob& job) {
    const auto made = session.query(
        kEnqueue,
        {job.tenant,
         job.event_type,
         job.entity_type,
         job.entity_id,
         job.data,
         std::to_string(job.priority),
         job.run_at,
         job.integration,
         job.operation}
    );
    if (!made) {
        return std::unexpected(made.error());
    }
    std::vector<std::int64_t> ids;
    for (const auto& id : made->front().at("ids").as_array()) {
        ids.push_back(id.as_int64());
    }
    return ids;
}

core::Result<Records> list_queue(AdminSession& session, const QueueFilter& filter) {
    return session.query(
        job_select(kJobColumns, kListed),
        {filter.tenant,
         filter.integration,
         filter.status,
         filter.entity,
         std::to_string(filter.after),
         std::to_string(filter.limit)}
    );
}

core::Result<std::optional<Record>> find_job(
    AdminSession& session, std::int64_t job, const std::optional<std::string>& tenant
) {
    return at_most_one(session.query(
        job_select(
            std::string(kJobColumns) + kWholeJobColumns,
            "WHERE q.id = $1::bigint AND ($2::text IS NULL OR q.tenant_id = $2)"
        ),
        {std::to_string(job), tenant}
    ));
}

core::Result<Records> find_links(
    AdminSession& session, const Record& job, const std::vector<std::string>& objects
) {
    return session.query(
        kLinks,
        {text_of(job, "tenant_id"),
         text_of(job, "integration_id"),
         text_of(job, "entity_id"),
         array_literal(objects)}
    );
}

core::Result<bool> retry_job(
    AdminSession& session, std::int64_t job, const std::optional<std::string>& tenant
) {
    const auto revived = session.query(kRetry, {std::to_string(job), tenant});
    if (!revived) {
        return std::unexpected(revived.error());
    }
    return !revived->empty();
}

core::Result<Records> retry_dead_letters(AdminSession& session, const DeadLetterFilter& filter) {
    return session.query(kRetryDeadLetters, {filter.tenant, filter.integration, filter.since, filter.error});
}

core::Result<std::optional<Record>> cancel_job(
    AdminSession& session, std::int64_t job, const std::optional<std::string>& tenant
) {
    return at_most_one(session.query(kCancel, {std::to_string(job), tenant}));
}

}  // namespace navette::store
