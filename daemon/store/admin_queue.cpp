#include "daemon/store/admin_queue.hpp"

#include "daemon/store/admin_logs.hpp"
#include "daemon/store/connection.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::store {

namespace {

constexpr const char* kEnqueue = R"sql(
SELECT json_build_object('ids', navette.enqueue($1, $2, $3, $4, $5::jsonb #> $11::text[], $6::integer,
                                                coalesce($7::timestamptz, now()), $8, $9, $10))
)sql";

// The columns every list shows. A pending job may be in a node's hand, or wait for its parent.
constexpr const char* kJobColumns = R"sql(
    q.id, q.tenant_id, q.integration_id, q.event_type, q.entity_type, q.entity_id, q.operation, q.direction, q.priority,
    CASE WHEN f.batch_id IS NOT NULL THEN 'processing' WHEN q.status = 'failed' THEN 'failed'
         WHEN q.waits_for IS NOT NULL THEN 'waiting' ELSE 'pending' END AS status,
    q.attempts, navette.iso(q.run_at) AS run_at, q.waits_for, q.outcome, q.last_error, navette.iso(q.failed_at) AS failed_at, q.origin,
    navette.iso(q.created_at) AS created_at
)sql";

constexpr const char* kWholeJobColumns = R"sql(
    , coalesce(q.max_retries, i.max_retries) AS max_retries, navette.iso(q.waits_since) AS waits_since, q.maybe_applied,
    q.deaths, q.external_id, q.data, q.last_request, q.last_response
)sql";

constexpr const char* kJobTables = R"sql(
    FROM navette.sync_queue q
    LEFT JOIN navette.tenant_integrations i ON i.tenant_id = q.tenant_id AND i.id = q.integration_id
    LEFT JOIN LATERAL (
        SELECT f.batch_id FROM navette.in_flight f
        WHERE f.integration_id = q.integration_id AND f.tenant_id = q.tenant_id AND q.id = ANY (f.job_ids) LIMIT 1
    ) f ON true
)sql";

// A dead letter's time is when it failed, any other job's when it came.
constexpr const char* kFits = R"sql(
    ($1::text IS NULL OR q.tenant_id = $1) AND ($2::text IS NULL OR q.integration_id = $2)
      AND ($3::text IS NULL OR q.event_type = $3 OR right($3, 2) = '.*' AND starts_with(q.event_type, left($3, -1)))
      AND ($4::text IS NULL OR q.entity_id = $4) AND ($5::text IS NULL OR q.outcome = $5)
      AND ($6::text IS NULL OR strpos(lower(q.last_error), lower($6)) > 0)
      AND ($7::timestamptz IS NULL OR coalesce(q.failed_at, q.created_at) >= $7)
      AND ($8::timestamptz IS NULL OR coalesce(q.failed_at, q.created_at) < $8)
      AND ($9::text IS NULL OR q.entity_type = $9) AND ($10::smallint IS NULL OR q.priority = $10)
)sql";

constexpr const char* kHasStatus = R"sql(
    AND ($11::text IS NULL
         OR ($11 = 'failed' AND q.status = 'failed') OR ($11 = 'processing' AND f.batch_id IS NOT NULL)
         OR ($11 = 'waiting' AND q.status = 'pending' AND q.waits_for IS NOT NULL AND f.batch_id IS NULL)
         OR ($11 = 'pending' AND q.status = 'pending' AND q.waits_for IS NULL AND f.batch_id IS NULL))
)sql";

constexpr const char* kLinks = R"sql(
SELECT row_to_json(r) FROM (
    SELECT object, entity_id, remote_id, remote_version, navette.iso(synced_at) AS synced_at, snapshot
    FROM navette.record_links
    WHERE tenant_id = $1 AND integration_id = $2 AND entity_id = $3 AND object = ANY ($4::text[])
    ORDER BY object
) r
)sql";

constexpr const char* kAtRest = R"sql(
    NOT EXISTS (SELECT FROM navette.in_flight f WHERE f.integration_id = q.integration_id
                  AND f.tenant_id = q.tenant_id AND q.id = ANY (f.job_ids))
)sql";

constexpr const char* kNothingNewer = R"sql(
    NOT EXISTS (SELECT FROM navette.sync_queue n
                WHERE n.integration_id = q.integration_id AND n.tenant_id = q.tenant_id
                  AND navette.record_key(n.integration_id, n.entity_id) = navette.record_key(q.integration_id, q.entity_id)
                  AND n.entity_type = q.entity_type AND n.entity_id = q.entity_id AND n.status = 'pending'
                  AND n.id > q.id)
)sql";

// Priorities: work from 9 on is background, which leaves the reserve of a limit to live work
// (Lane::start_some).
constexpr const char* kAnyPriority = "1";
constexpr const char* kBackground = "9";

/// Makes the jobs of `chosen` pending, and with each the dead letters that failed only because it had: their
/// outcome says so, and their reason names it (Lane::wait_for_parent). `gap`: the parameter with the
/// microseconds between two jobs. `urgency`: the highest priority that they may have from now on.
/// maybe_applied stays: what an earlier attempt may have done is in doubt all the same.
std::string revive(const std::string& chosen, const std::string& gap, const std::string& urgency) {
    return R"sql(
WITH RECURSIVE chosen AS (
    SELECT q.id, q.tenant_id, q.integration_id, q.entity_type, q.entity_id FROM navette.sync_queue q WHERE )sql" +
           chosen + R"sql(
    UNION
    SELECT q.id, q.tenant_id, q.integration_id, q.entity_type, q.entity_id
    FROM chosen p JOIN navette.sync_queue q
        ON q.tenant_id = p.tenant_id AND q.integration_id = p.integration_id AND q.status = 'failed'
        AND q.outcome = 'parent_failed' AND substring(q.last_error FROM '^its (.*?) could not be sent: ') = p.entity_type || ' ' || p.entity_id
), spread AS (
    SELECT id, tenant_id,
           now() + (row_number() OVER (ORDER BY id) - 1) * )sql" +
           gap + R"sql(::bigint * interval '1 microsecond' AS run_at
    FROM chosen
), revived AS (
    UPDATE navette.sync_queue q
    SET status = 'pending', priority = greatest(q.priority, )sql" +
           urgency + R"sql(), run_at = s.run_at, failed_at = NULL, waits_for = NULL, waits_since = NULL,
        deferred = q.deferred OR q.status = 'failed' OR q.waits_for IS NOT NULL OR s.run_at > now(),
        attempts = CASE WHEN q.status = 'failed' THEN 0 ELSE q.attempts END,
        deaths = CASE WHEN q.status = 'failed' THEN 0 ELSE q.deaths END
    FROM spread s
    WHERE q.id = s.id AND q.tenant_id = s.tenant_id AND )sql" +
           kAtRest + R"sql(
    RETURNING q.id, q.tenant_id, q.integration_id, q.run_at
), counted AS (
    SELECT tenant_id, integration_id, count(*) AS jobs, navette.iso(max(run_at)) AS until,
           CASE WHEN count(*) <= 1000 THEN json_agg(id ORDER BY id) END AS ids
    FROM revived GROUP BY tenant_id, integration_id
)
SELECT row_to_json(counted), pg_notify('navette_wake', 'recheck:' || integration_id)
FROM counted ORDER BY tenant_id, integration_id
)sql";
}

constexpr const char* kCancel = R"sql(
SELECT row_to_json(r) FROM (
    SELECT id, tenant_id, integration_id, event_type, entity_type, entity_id, operation, status, data
    FROM navette.cancel_jobs(ARRAY(
        SELECT q.id FROM navette.sync_queue q WHERE q.id = ANY ($1::bigint[]) AND ($2::text IS NULL OR q.tenant_id = $2)))
) r ORDER BY id
)sql";

// While it runs, the integrations' nodes can start nothing: so many at a time.
constexpr const char* kCancelSome = "ORDER BY q.id LIMIT 2000";

std::vector<std::optional<std::string>> values_of(const JobFilter& filter) {
    return {
        filter.tenant,
        filter.integration,
        filter.event,
        filter.entity,
        filter.outcome,
        filter.error,
        filter.since,
        filter.until,
        filter.entity_type,
        filter.priority ? std::optional(std::to_string(*filter.priority)) : std::nullopt
    };
}

std::string id_array(const std::vector<std::int64_t>& ids) {
    std::string literal("{");
    for (const auto id : ids) {
        literal += (literal.size() > 1 ? "," : "") + std::to_string(id);
    }
    return literal + "}";
}

/// What the record may be called on the platform: its own type, and what the attempts called it.
std::vector<std::string> objects_of(const Record& job, const Records& logs) {
    std::vector<std::string> objects{text_of(job, "entity_type")};
    for (const auto& log : logs) {
        const auto object = text_of(log, "object");
        if (!object.empty() && std::ranges::find(objects, object) == objects.end()) {
            objects.push_back(object);
        }
    }
    return objects;
}

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
         job.operation,
         job.origin,
         array_literal(job.data_path)}
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

core::Result<Records> list_queue(
    AdminSession& session, const JobFilter& filter, std::int64_t after, int limit
) {
    auto values = values_of(filter);
    values.emplace_back(filter.status);
    values.emplace_back(std::to_string(after));
    values.emplace_back(std::to_string(limit));
    return session.query(
        job_select(
            kJobColumns,
            std::string("WHERE q.id > $12::bigint AND ") + kFits + kHasStatus +
                "ORDER BY q.id LIMIT $13::bigint"
        ),
        values
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

core::Result<JobStory> find_job_story(
    AdminSession& session, std::int64_t job, const std::optional<std::string>& tenant
) {
    JobStory story;
    auto found = find_job(session, job, tenant);
    if (!found) {
        return std::unexpected(found.error());
    }
    story.job = std::move(*found);
    const auto made = story.job ? std::optional(text_of(*story.job, "created_at")) : std::nullopt;
    auto logs = job_logs(session, job, tenant, made);
    if (!logs) {
        return std::unexpected(logs.error());
    }
    story.logs = std::move(*logs);
    if (!story.job && story.logs.empty()) {
        return core::failure(
            core::ErrorKind::not_found,
            "there is no job " + std::to_string(job) + ", and no attempt of it in the logs"
        );
    }
    const auto& about = story.job ? *story.job : story.logs.back();
    auto links = find_links(session, about, objects_of(about, story.logs));
    if (!links) {
        return std::unexpected(links.error());
    }
    story.links = std::move(*links);
    return story;
}

Job queued_job(const Record& record) {
    Job job;
    job.id = record.at("id").as_int64();
    job.event_type = text_of(record, "event_type");
    job.entity_type = text_of(record, "entity_type");
    job.entity_id = text_of(record, "entity_id");
    job.operation = text_of(record, "operation");
    job.data = boost::json::serialize(record.at("data"));
    job.attempts = static_cast<int>(record.at("attempts").as_int64());
    job.maybe_applied = record.at("maybe_applied").as_bool();
    job.inbound = text_of(record, "direction") == "from_platform";
    return job;
}

core::Result<Records> retry_jobs(
    AdminSession& session,
    const std::vector<std::int64_t>& jobs,
    const std::optional<std::string>& tenant,
    std::chrono::microseconds gap
) {
    return session.query(
        revive("q.id = ANY ($1::bigint[]) AND ($2::text IS NULL OR q.tenant_id = $2)", "$3", kAnyPriority),
        {id_array(jobs), tenant, std::to_string(gap.count())}
    );
}

core::Result<Records> retry_dead_letters(
    AdminSession& session, const JobFilter& filter, std::chrono::microseconds gap
) {
    auto values = values_of(filter);
    values.emplace_back(std::to_string(gap.count()));
    return session.query(
        revive(std::string("q.status = 'failed' AND ") + kFits + " AND " + kNothingNewer, "$11", kBackground),
        values
    );
}

core::Result<Records> cancel_jobs(
    AdminSession& session, const std::vector<std::int64_t>& jobs, const std::optional<std::string>& tenant
) {
    return session.query(kCancel, {id_array(jobs), tenant});
}

core::Result<std::int64_t> cancel_all(AdminSession& session, const JobFilter& filter) {
    auto values = values_of(filter);
    values.emplace_back(filter.status);
    values.emplace_back("0");
    const auto sql = std::string("WITH chosen AS MATERIALIZED (SELECT q.id ") + kJobTables +
                     "WHERE q.id > $12::bigint AND f.batch_id IS NULL AND " + kFits + kHasStatus +
                     kCancelSome +
                     "), removed AS (SELECT id FROM navette.cancel_jobs(ARRAY(SELECT id FROM chosen))) "
                     "SELECT json_build_object('jobs', (SELECT count(*) FROM removed), "
                     "'last', (SELECT coalesce(max(id), 0) FROM chosen))";
    std::int64_t removed = 0;
    while (true) {
        const auto some = session.query(sql, values);
        if (!some) {
            return std::unexpected(some.error());
        }
        removed += some->front().at("jobs").as_int64();
        const auto last = some->front().at("last").as_int64();
        if (last == 0) {
            return removed;
        }
        values.back() = std::to_string(last);
    }
}

}  // namespace navette::store
