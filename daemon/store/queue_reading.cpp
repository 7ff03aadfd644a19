#include "daemon/store/queue_reading.hpp"

#include "daemon/store/binary_array.hpp"
#include "daemon/store/job_columns.hpp"

namespace navette::store {

namespace asio = boost::asio;

namespace {

// What a plan must not do is walk an index by id alone, past the jobs of everybody else, to the few that are
// wanted. Each statement below therefore orders by, or compares, all columns of the one index that it is
// meant for: with no other can it be answered. Statistics are of no use here, the queue fills and empties
// faster than they follow.

// Loose index scans: one probe for each integration that has jobs, however many it has.
constexpr Statement kWithWork{"queue_with_work", R"sql(
WITH RECURSIVE fresh AS (
    (SELECT integration_id FROM navette.sync_queue
     WHERE status = 'pending' AND NOT deferred ORDER BY integration_id, priority, id LIMIT 1)
    UNION ALL
    SELECT (SELECT q.integration_id FROM navette.sync_queue q
            WHERE q.status = 'pending' AND NOT q.deferred AND q.integration_id > fresh.integration_id
            ORDER BY q.integration_id, q.priority, q.id LIMIT 1)
    FROM fresh WHERE fresh.integration_id IS NOT NULL
), late AS (
    (SELECT integration_id FROM navette.sync_queue
     WHERE status = 'pending' AND deferred AND waits_for IS NULL ORDER BY integration_id, run_at, id LIMIT 1)
    UNION ALL
    SELECT (SELECT q.integration_id FROM navette.sync_queue q
            WHERE q.status = 'pending' AND q.deferred AND q.waits_for IS NULL AND q.integration_id > late.integration_id
            ORDER BY q.integration_id, q.run_at, q.id LIMIT 1)
    FROM late WHERE late.integration_id IS NOT NULL
)
SELECT integration_id FROM fresh WHERE integration_id IS NOT NULL
UNION
SELECT integration_id FROM late WHERE integration_id IS NOT NULL AND EXISTS (
    SELECT FROM navette.sync_queue q WHERE q.integration_id = late.integration_id AND q.status = 'pending' AND q.deferred
       AND q.waits_for IS NULL AND q.run_at <= now())
)sql"};

// Each class is read from its floor, never from the head: an old open transaction that keeps dead rows in the
// index costs nothing. Whether an older job of the same record is pending is asked only where there can be
// one out of order: where something is deferred, or waits, or stands in another class.
constexpr Statement kFresh{"queue_read_fresh", R"sql(
SELECT )sql" NAVETTE_JOB_COLUMNS R"sql(
       CASE WHEN (SELECT (SELECT true FROM navette.sync_queue d WHERE d.integration_id = $1 AND d.status = 'pending'
                            AND d.deferred AND d.waits_for IS NULL ORDER BY d.run_at LIMIT 1) IS NOT NULL
                      OR (SELECT true FROM navette.sync_queue w WHERE w.integration_id = $1 AND w.waits_for IS NOT NULL AND w.status = 'pending'
                          ORDER BY w.waits_for LIMIT 1) IS NOT NULL
                      OR (SELECT count(*) FROM unnest($3::integer[], $4::bigint[]) AS o (priority, after_id)
                          WHERE (SELECT true FROM navette.sync_queue m
                                 WHERE m.integration_id = $1 AND m.status = 'pending' AND NOT m.deferred
                                   AND (m.priority, m.id) > (o.priority, o.after_id) AND m.priority <= o.priority
                                 ORDER BY m.priority, m.id LIMIT 1) IS NOT NULL) > 1)
                 AND )sql" NAVETTE_OLDER_IS_PENDING("q") R"sql(
            THEN 'blocked' END
FROM unnest($3::integer[], $4::bigint[]) AS c (priority, after_id),
     LATERAL (SELECT f.ctid, f.* FROM navette.sync_queue f
              WHERE f.integration_id = $1 AND f.tenant_id = $2 AND f.status = 'pending' AND NOT f.deferred
                AND (f.priority, f.id) > (c.priority, c.after_id) AND f.priority <= c.priority
                AND )sql" NAVETTE_IS_DUE("f") R"sql( AND f.id NOT IN (SELECT unnest($5::bigint[]))
              ORDER BY f.priority, f.id LIMIT $6::bigint) q
LIMIT $6::bigint
)sql"};

constexpr Statement kDeferred{"queue_read_deferred", R"sql(
SELECT )sql" NAVETTE_JOB_COLUMNS R"sql(
       CASE WHEN )sql" NAVETTE_OLDER_IS_PENDING("q") R"sql( THEN 'blocked' END, q.run_at
FROM navette.sync_queue q
WHERE q.integration_id = $1 AND q.tenant_id = $2 AND q.status = 'pending' AND q.deferred AND q.waits_for IS NULL
  AND q.run_at <= now() AND (q.run_at, q.id) > ($5::timestamptz, $6::bigint) AND q.id NOT IN (SELECT unnest($3::bigint[]))
ORDER BY q.run_at, q.id LIMIT $4::bigint
)sql"};

constexpr Statement kNextDue{"queue_next_due", R"sql(
SELECT ceil(extract(epoch FROM run_at - now()) * 1000)::bigint
FROM navette.sync_queue
WHERE integration_id = $1 AND tenant_id = $2 AND status = 'pending' AND deferred AND waits_for IS NULL AND run_at > now()
ORDER BY run_at LIMIT 1
)sql"};

constexpr Statement kRecords{"queue_read_records", R"sql(
SELECT )sql" NAVETTE_JOB_COLUMNS R"sql(
       CASE WHEN NOT )sql" NAVETTE_IS_DUE("q") R"sql( OR q.waits_for IS NOT NULL THEN 'early' END
FROM unnest($3::text[], $4::text[], $5::bigint[]) WITH ORDINALITY AS r (entity_type, entity_id, after_id, n),
     LATERAL (SELECT f.ctid, f.* FROM navette.sync_queue f
              WHERE navette.record_key(f.integration_id, f.entity_id) = navette.record_key($1, r.entity_id)
                AND f.integration_id = $1 AND f.tenant_id = $2 AND f.entity_type = r.entity_type
                AND f.entity_id = r.entity_id AND f.status = 'pending' AND f.id > r.after_id
              ORDER BY f.id LIMIT $6::bigint) q
ORDER BY r.n, q.id
)sql"};

// IS TRUE keeps the planner from any index but that of the ids.
constexpr Statement kData{"queue_read_data", R"sql(
SELECT q.id, q.data FROM navette.sync_queue q
WHERE q.id = ANY ($3::bigint[]) AND q.tenant_id = $2 AND (q.integration_id = $1) IS TRUE
)sql"};

// The plan is kept, and it may be made while there are no links yet: then every index costs the same. The
// next link in the order of the primary key, which is the wanted one or another, leaves no choice but that
// key.
constexpr Statement kLookUp{"record_look_up", R"sql(
SELECT CASE WHEN NOT l.gone THEN l.remote_id END, CASE WHEN NOT l.gone THEN l.pushed_hash END, f.last_error, l.job_id
FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS wanted (object, entity_id, n)
LEFT JOIN LATERAL (
    SELECT next.* FROM (
        SELECT * FROM navette.record_links r
        WHERE (r.tenant_id, r.integration_id, r.object, r.entity_id) >= ($2, $1, wanted.object, wanted.entity_id)
        ORDER BY r.tenant_id, r.integration_id, r.object, r.entity_id LIMIT 1) next
    WHERE next.tenant_id = $2 AND next.integration_id = $1 AND next.object = wanted.object AND next.entity_id = wanted.entity_id
) l ON true
LEFT JOIN LATERAL (
    SELECT coalesce(last_error, 'no reason was kept') AS last_error FROM navette.sync_queue
    WHERE integration_id = $1 AND status = 'failed' AND entity_type = wanted.object AND entity_id = wanted.entity_id
    ORDER BY id DESC LIMIT 1) f ON true
ORDER BY wanted.n
)sql"};

}  // namespace

asio::awaitable<core::Result<std::vector<std::string>>> integrations_with_work(Connection& connection) {
    const auto rows = co_await connection.query(kWithWork);
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<std::string> found;
    found.reserve(static_cast<std::size_t>(rows->size()));
    for (int row = 0; row < rows->size(); ++row) {
        found.push_back(rows->string(row, 0));
    }
    co_return found;
}

asio::awaitable<core::Result<QueueAnswer>> read_queue(Connection& connection, QueueQuestion question) {
    auto priorities = BinaryArray::of_integers();
    auto floors = BinaryArray::of_bigints();
    for (const auto& one : question.classes) {
        priorities.push_integer(one.priority);
        floors.push_bigint(one.after_id);
    }
    const auto leave_out = BinaryArray::bigints(question.leave_out);
    const auto limit = std::to_string(question.limit);
    std::vector<Call> calls;
    calls.emplace_back(
        kFresh,
        std::vector<Parameter>{
            question.key.id,
            question.key.tenant_id,
            std::move(priorities).take(),
            std::move(floors).take(),
            question.again ? leave_out : BinaryArray::bigints({}),
            limit
        },
        std::vector<int>{0, 0, 1, 1, 1, 0}
    );
    if (question.deferred_after) {
        calls.emplace_back(
            kDeferred,
            std::vector<Parameter>{
                question.key.id,
                question.key.tenant_id,
                leave_out,
                limit,
                question.deferred_after->run_at,
                std::to_string(question.deferred_after->id)
            },
            std::vector<int>{0, 0, 1, 0, 0, 0}
        );
        calls.emplace_back(kNextDue, std::vector<Parameter>{question.key.id, question.key.tenant_id});
    }
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    QueueAnswer answer;
    answer.fresh = read_jobs(rows->front());
    if (question.deferred_after) {
        const auto& deferred = (*rows)[1];
        answer.deferred = read_jobs(deferred);
        if (const int last = deferred.size() - 1; last >= 0 && last + 1 >= question.limit) {
            answer.more_deferred = {deferred.string(last, kHindrance + 1), answer.deferred.back().id};
        }
        const auto& due = rows->back();
        if (!due.empty()) {
            answer.next_due = std::chrono::milliseconds(due.integer(0, 0));
        }
    }
    co_return answer;
}

asio::awaitable<core::Result<std::vector<Job>>> read_records(
    Connection& connection, IntegrationKey key, std::vector<RecordPlace> records, int limit
) {
    auto types = BinaryArray::of_texts();
    auto ids = BinaryArray::of_texts();
    auto floors = BinaryArray::of_bigints();
    for (const auto& record : records) {
        types.push_text(record.entity_type);
        ids.push_text(record.entity_id);
        floors.push_bigint(record.after_id);
    }
    std::vector<Call> calls;
    calls.emplace_back(
        kRecords,
        std::vector<Parameter>{
            std::move(key.id),
            std::move(key.tenant_id),
            std::move(types).take(),
            std::move(ids).take(),
            std::move(floors).take(),
            std::to_string(limit)
        },
        std::vector<int>{0, 0, 1, 1, 1, 0}
    );
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return read_jobs(rows->front());
}

asio::awaitable<core::Result<std::unordered_map<std::int64_t, std::string>>> read_data(
    Connection& connection, IntegrationKey key, const std::vector<std::int64_t>& ids
) {
    std::vector<Call> calls;
    calls.emplace_back(
        kData,
        std::vector<Parameter>{std::move(key.id), std::move(key.tenant_id), BinaryArray::bigints(ids)},
        std::vector<int>{0, 0, 1}
    );
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::unordered_map<std::int64_t, std::string> data;
    for (int row = 0; row < rows->front().size(); ++row) {
        data.emplace(rows->front().integer(row, 0), rows->front().string(row, 1));
    }
    co_return data;
}

std::vector<Job> next_of_record(
    std::vector<Job>& jobs, std::size_t& at, const std::string& entity_type, const std::string& entity_id
) {
    std::vector<Job> own;
    while (at < jobs.size() && jobs[at].entity_type == entity_type && jobs[at].entity_id == entity_id) {
        own.push_back(std::move(jobs[at++]));
    }
    return own;
}

asio::awaitable<core::Result<std::vector<RecordState>>> look_up_records(
    Connection& connection, IntegrationKey key, std::vector<RecordName> records
) {
    auto objects = BinaryArray::of_texts();
    auto ids = BinaryArray::of_texts();
    for (const auto& record : records) {
        objects.push_text(record.object);
        ids.push_text(record.entity_id);
    }
    std::vector<Call> calls;
    calls.emplace_back(
        kLookUp,
        std::vector<Parameter>{
            std::move(key.id), std::move(key.tenant_id), std::move(objects).take(), std::move(ids).take()
        },
        std::vector<int>{0, 0, 1, 1}
    );
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<RecordState> states;
    states.reserve(static_cast<std::size_t>(rows->front().size()));
    for (int row = 0; row < rows->front().size(); ++row) {
        RecordState state;
        state.remote_id = rows->front().string(row, 0);
        state.pushed_hash = rows->front().string(row, 1);
        state.job_id = rows->front().integer(row, 3);
        if (!rows->front().is_null(row, 2)) {
            state.dead_letter = rows->front().string(row, 2);
        }
        states.push_back(std::move(state));
    }
    co_return states;
}

}  // namespace navette::store
