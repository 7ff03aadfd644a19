#include "daemon/store/queue.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <charconv>

namespace navette::store {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

// A loose index scan: one probe for each integration that has pending jobs, however many jobs it has.
constexpr Statement kWithWork{"queue_with_work", R"sql(
WITH RECURSIVE found AS (
    (SELECT integration_id FROM navette.sync_queue
     WHERE status = 'pending' AND waits_for IS NULL ORDER BY integration_id LIMIT 1)
    UNION ALL
    SELECT (SELECT q.integration_id FROM navette.sync_queue q
            WHERE q.status = 'pending' AND q.waits_for IS NULL AND q.integration_id > found.integration_id
            ORDER BY q.integration_id LIMIT 1)
    FROM found WHERE found.integration_id IS NOT NULL
)
SELECT integration_id FROM found WHERE integration_id IS NOT NULL
)sql"};

constexpr Statement kPick{"queue_pick", R"sql(
SELECT q.id, q.event_type, q.entity_type, q.entity_id, q.operation, q.data::text, q.priority, q.attempts, q.max_retries,
       q.maybe_applied, q.direction = 'from_platform', extract(epoch FROM now() - q.waits_since)::bigint
FROM navette.sync_queue q
WHERE q.integration_id = $1 AND q.tenant_id = $2 AND q.status = 'pending' AND q.waits_for IS NULL AND q.run_at <= now()
  AND q.id <> ALL ($3::bigint[])
  AND NOT EXISTS (SELECT FROM navette.sync_queue e
                  WHERE e.integration_id = q.integration_id AND e.entity_type = q.entity_type
                    AND e.entity_id = q.entity_id AND e.status = 'pending' AND e.id < q.id)
ORDER BY q.priority, q.id LIMIT $4::bigint
)sql"};

constexpr Statement kNextDue{"queue_next_due", R"sql(
SELECT ceil(extract(epoch FROM min(run_at) - now()) * 1000)::bigint
FROM navette.sync_queue
WHERE integration_id = $1 AND tenant_id = $2 AND status = 'pending' AND waits_for IS NULL AND run_at > now()
)sql"};

constexpr Statement kLookUp{"record_look_up", R"sql(
SELECT l.remote_id, l.pushed_hash, f.last_error, l.job_id
FROM jsonb_to_recordset($3::jsonb) AS wanted (n integer, object text, entity_id text)
LEFT JOIN navette.record_links l
    ON l.tenant_id = $2 AND l.integration_id = $1 AND l.object = wanted.object AND l.entity_id = wanted.entity_id
LEFT JOIN LATERAL (
    SELECT coalesce(last_error, 'no reason was kept') AS last_error FROM navette.sync_queue
    WHERE integration_id = $1 AND status = 'failed' AND entity_type = wanted.object AND entity_id = wanted.entity_id
    ORDER BY id DESC LIMIT 1) f ON true
ORDER BY wanted.n
)sql"};

// KEY SHARE on the lease: a change of owner (of the key column epoch) waits for this transaction, or is seen
// by it.
constexpr Statement kComplete{"queue_complete", R"sql(
WITH input AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS x (
        tenant_id text, integration_id text, epoch bigint, job_id bigint, verdict text, attempts smallint, run_after bigint,
        maybe_applied boolean, outcome text, message text, field text, object text, logged boolean, remarks jsonb,
        request jsonb, response jsonb, started_ms bigint, duration_ms integer, linked boolean, unlinked boolean,
        remote_id text, remote_version text, pushed_hash text, snapshot jsonb)
), fence AS MATERIALIZED (
    SELECT l.integration_id, l.tenant_id, l.epoch FROM navette.leases l
    WHERE l.node_id = $2::uuid
      AND (l.integration_id, l.tenant_id, l.epoch) IN (SELECT DISTINCT integration_id, tenant_id, epoch FROM input)
    FOR KEY SHARE
), allowed AS MATERIALIZED (
    SELECT i.* FROM input i JOIN fence USING (integration_id, tenant_id, epoch)
), finished AS (
    DELETE FROM navette.sync_queue q USING allowed a
    WHERE q.id = a.job_id AND q.tenant_id = a.tenant_id AND a.verdict = 'finish'
    RETURNING q.id, q.tenant_id, q.integration_id, q.direction, q.event_type, q.entity_type, q.entity_id, q.external_id,
              md5(q.data::text) AS local_hash
), kept AS (
    UPDATE navette.sync_queue q
    SET attempts = a.attempts, maybe_applied = a.maybe_applied, outcome = a.outcome, last_error = nullif(a.message, ''),
        status = CASE WHEN a.verdict = 'fail' THEN 'failed' ELSE 'pending' END,
        failed_at = CASE WHEN a.verdict = 'fail' THEN now() END,
        run_at = CASE WHEN a.verdict = 'retry' THEN now() + a.run_after * interval '1 millisecond' ELSE q.run_at END,
        last_request = coalesce(a.request, q.last_request), last_response = coalesce(a.response, q.last_response)
    FROM allowed a
    -- A page whose commit was not confirmed is written again: what is a dead letter already stays as it is.
    WHERE q.id = a.job_id AND q.tenant_id = a.tenant_id AND a.verdict <> 'finish' AND q.status = 'pending'
    RETURNING q.id, q.tenant_id, q.integration_id, q.direction, q.event_type, q.entity_type, q.entity_id, q.external_id,
              '' AS local_hash
), touched AS (
    SELECT * FROM finished UNION ALL SELECT * FROM kept
), linked AS (
    INSERT INTO navette.record_links AS l
        (tenant_id, integration_id, object, entity_id, remote_id, remote_version, pushed_hash, local_hash, job_id, snapshot)
    SELECT DISTINCT ON (f.tenant_id, f.integration_id, a.object, f.entity_id)
           f.tenant_id, f.integration_id, a.object, f.entity_id, a.remote_id, a.remote_version, a.pushed_hash, f.local_hash, f.id,
           coalesce(a.snapshot, '{}')
    FROM finished f JOIN allowed a ON a.job_id = f.id AND a.tenant_id = f.tenant_id
    WHERE a.linked
    ORDER BY f.tenant_id, f.integration_id, a.object, f.entity_id, f.id DESC
    ON CONFLICT (tenant_id, integration_id, object, entity_id) DO UPDATE
    SET remote_id = excluded.remote_id, remote_version = excluded.remote_version, pushed_hash = excluded.pushed_hash,
        local_hash = excluded.local_hash, job_id = excluded.job_id, snapshot = excluded.snapshot, synced_at = now()
    WHERE l.job_id <= excluded.job_id
), unlinked AS (
    DELETE FROM navette.record_links l USING touched t JOIN allowed a ON a.job_id = t.id AND a.tenant_id = t.tenant_id
    WHERE a.unlinked AND l.tenant_id = t.tenant_id AND l.integration_id = t.integration_id AND l.object = a.object
      AND l.entity_id = t.entity_id
), released AS (
    UPDATE navette.sync_queue c SET waits_for = NULL, run_at = now()
    FROM touched t JOIN allowed a ON a.job_id = t.id AND a.tenant_id = t.tenant_id
    WHERE c.tenant_id = t.tenant_id AND c.integration_id = t.integration_id AND a.verdict IN ('finish', 'fail')
      AND c.waits_for IN (a.object || ':' || t.entity_id, t.entity_type || ':' || t.entity_id)
)
INSERT INTO navette.sync_logs
    (tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, object, remote_id, status, final,
     attempt, error_message, error_field, remarks, request, response, started_at, duration_ms, external_id)
SELECT t.tenant_id, t.integration_id, t.id, t.direction, t.event_type, t.entity_type, t.entity_id, a.object, a.remote_id,
       a.outcome, a.verdict IN ('finish', 'fail'), greatest(a.attempts, 1), nullif(a.message, ''), nullif(a.field, ''),
       CASE WHEN jsonb_array_length(a.remarks) > 0 THEN ARRAY(SELECT jsonb_array_elements_text(a.remarks)) END,
       a.request, a.response, to_timestamp(a.started_ms / 1000.0), a.duration_ms, t.external_id
FROM touched t JOIN allowed a ON a.job_id = t.id AND a.tenant_id = t.tenant_id
WHERE a.logged
)sql"};

// Brings parents along: unless the record has a pending job, one is made, as urgent as its child.
constexpr Statement kBringParents{"queue_bring_parents", R"sql(
INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, priority, origin)
SELECT DISTINCT ON (p.tenant_id, p.integration_id, p.object, p.entity_id)
       p.tenant_id, p.integration_id, p.object || '.brought_along', p.object, p.entity_id, p.data, q.priority, 'dependency'
FROM jsonb_to_recordset($1::jsonb) AS p (
    tenant_id text, integration_id text, epoch bigint, job_id bigint, object text, entity_id text, data jsonb)
JOIN navette.leases l ON l.integration_id = p.integration_id AND l.tenant_id = p.tenant_id AND l.epoch = p.epoch
JOIN navette.sync_queue q ON q.id = p.job_id AND q.tenant_id = p.tenant_id AND q.status = 'pending'
WHERE l.node_id = $2::uuid AND p.data IS NOT NULL
  AND NOT EXISTS (SELECT FROM navette.sync_queue e
                  WHERE e.integration_id = p.integration_id AND e.entity_type = p.object AND e.entity_id = p.entity_id
                    AND e.status = 'pending')
ORDER BY p.tenant_id, p.integration_id, p.object, p.entity_id, q.priority
)sql"};

// Runs after completions of the same page, so a parent that finished just now is not waited for.
constexpr Statement kPark{"queue_park", R"sql(
UPDATE navette.sync_queue q
SET waits_for = CASE WHEN e.id IS NOT NULL THEN p.object || ':' || p.entity_id END,
    waits_since = coalesce(q.waits_since, now()),
    run_at = CASE WHEN e.id IS NULL THEN now() + p.run_after * interval '1 millisecond' ELSE q.run_at END
FROM jsonb_to_recordset($1::jsonb) AS p (
    tenant_id text, integration_id text, epoch bigint, job_id bigint, object text, entity_id text, run_after bigint)
JOIN navette.leases l ON l.integration_id = p.integration_id AND l.tenant_id = p.tenant_id AND l.epoch = p.epoch
LEFT JOIN LATERAL (
    SELECT e.id FROM navette.sync_queue e
    WHERE e.integration_id = p.integration_id AND e.entity_type = p.object AND e.entity_id = p.entity_id
      AND e.status = 'pending' AND e.id <> p.job_id LIMIT 1) e ON true
WHERE q.id = p.job_id AND q.tenant_id = p.tenant_id AND q.status = 'pending' AND l.node_id = $2::uuid
)sql"};

constexpr Statement kEnd{"queue_end_batches", R"sql(
DELETE FROM navette.in_flight f
USING jsonb_to_recordset($1::jsonb) AS x (tenant_id text, integration_id text, epoch bigint, batch_id bigint)
WHERE f.integration_id = x.integration_id AND f.tenant_id = x.tenant_id AND f.epoch = x.epoch AND f.batch_id = x.batch_id
)sql"};

constexpr Statement kStart{"queue_start", R"sql(
INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids)
SELECT x.integration_id, x.tenant_id, x.batch_id, x.epoch,
       ARRAY(SELECT q.id FROM navette.sync_queue q
             WHERE q.id = ANY (ARRAY(SELECT jsonb_array_elements_text(x.job_ids)::bigint)) AND q.tenant_id = x.tenant_id
               AND q.status = 'pending')
FROM jsonb_to_recordset($1::jsonb) AS x (tenant_id text, integration_id text, epoch bigint, batch_id bigint, job_ids jsonb)
JOIN navette.leases l ON l.integration_id = x.integration_id AND l.tenant_id = x.tenant_id AND l.epoch = x.epoch
JOIN navette.nodes n ON n.node_id = l.node_id AND n.expires_at > clock_timestamp()
WHERE l.node_id = $2::uuid
FOR KEY SHARE OF l
RETURNING batch_id, array_to_json(job_ids)::text, integration_id
)sql"};

// What has failed again and again for a week is left to a person.
constexpr Statement kRevive{"queue_revive", R"sql(
UPDATE navette.sync_queue q
SET status = 'pending', attempts = 0, failed_at = NULL, run_at = now(), waits_since = NULL
FROM navette.leases l
WHERE l.node_id = $1::uuid AND l.integration_id = q.integration_id AND l.tenant_id = q.tenant_id
  AND q.status = 'failed' AND q.outcome IN ('retry', 'unavailable', 'throttled')
  AND q.created_at > now() - interval '7 days'
  AND NOT EXISTS (SELECT FROM navette.sync_queue n
                  WHERE n.integration_id = q.integration_id AND n.entity_type = q.entity_type AND n.entity_id = q.entity_id
                    AND n.status = 'pending' AND n.id > q.id)
)sql"};

constexpr Statement kCreatePartitions{"logs_create_partitions", "SELECT navette.create_log_partitions(7)"};
constexpr Statement kDropPartitions{
    "logs_drop_partitions",
    "SELECT navette.drop_log_partitions('sync_logs', $1::bigint * interval '1 hour') "
    "UNION ALL SELECT navette.drop_log_partitions('webhook_logs', $2::bigint * interval '1 hour')"
};

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::finish:
            return "finish";
        case Verdict::retry:
            return "retry";
        case Verdict::fail:
            return "fail";
        case Verdict::park:
            return "park";
    }
    return "retry";
}

/// The members that fence every item of a page.
json::object fenced(const IntegrationKey& key, std::int64_t epoch) {
    json::object item;
    item["tenant_id"] = key.tenant_id;
    item["integration_id"] = key.id;
    item["epoch"] = epoch;
    return item;
}

void append(std::string& list, const std::string& item) {
    list += list.size() > 1 ? "," : "";
    list += item;
}

/// `item` with ready-made JSON texts appended as members: payloads are not parsed and serialised once more.
std::string with_texts(
    const json::object& item, std::initializer_list<std::pair<std::string_view, const std::string*>> texts
) {
    std::string out = json::serialize(item);
    out.pop_back();
    for (const auto& [name, text] : texts) {
        if (!text->empty()) {
            out += ",\"";
            out += name;
            out += "\":";
            out += *text;
        }
    }
    out += '}';
    return out;
}

std::string encode(const Completion& done) {
    auto item = fenced(done.key, done.epoch);
    item["job_id"] = done.job_id;
    item["verdict"] = name_of(done.verdict);
    item["attempts"] = done.attempts;
    item["run_after"] = done.run_after.count();
    item["maybe_applied"] = done.maybe_applied;
    item["outcome"] = done.outcome;
    item["message"] = done.message;
    item["field"] = done.field;
    item["object"] = done.object;
    item["logged"] = done.logged;
    item["remarks"] = json::array(done.remarks.begin(), done.remarks.end());
    item["started_ms"] =
        std::chrono::duration_cast<std::chrono::milliseconds>(done.started_at.time_since_epoch()).count();
    item["duration_ms"] = done.duration.count();
    item["linked"] = done.linked;
    item["unlinked"] = done.unlinked;
    item["remote_id"] = done.remote_id;
    item["remote_version"] = done.remote_version;
    item["pushed_hash"] = done.pushed_hash;
    return with_texts(
        item, {{"request", &done.request}, {"response", &done.response}, {"snapshot", &done.snapshot}}
    );
}

std::string encode_parent(const Completion& done) {
    auto item = fenced(done.key, done.epoch);
    item["job_id"] = done.job_id;
    item["object"] = done.parent->object;
    item["entity_id"] = done.parent->entity_id;
    item["run_after"] = done.run_after.count();
    return with_texts(item, {{"data", &done.parent->data}});
}

std::vector<Parameter> two(std::string first, std::string second) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(first));
    values.emplace_back(std::move(second));
    return values;
}

std::string id_array(const std::vector<std::int64_t>& ids) {
    std::string literal("{");
    for (const auto id : ids) {
        literal += literal.size() > 1 ? "," : "";
        literal += std::to_string(id);
    }
    return literal + "}";
}

std::vector<std::int64_t> ids_of(std::string_view list) {
    std::vector<std::int64_t> ids;
    const auto* at = list.data();
    const auto* end = list.data() + list.size();
    while (at < end) {
        std::int64_t id = 0;
        const auto [next, error] = std::from_chars(at, end, id);
        if (error == std::errc()) {
            ids.push_back(id);
        }
        at = next == at ? at + 1 : next;
    }
    return ids;
}

Job read_job(const Rows& rows, int row) {
    Job job;
    job.id = rows.integer(row, 0);
    job.event_type = rows.string(row, 1);
    job.entity_type = rows.string(row, 2);
    job.entity_id = rows.string(row, 3);
    job.operation = rows.string(row, 4);
    job.data = rows.string(row, 5);
    job.priority = static_cast<int>(rows.integer(row, 6));
    job.attempts = static_cast<int>(rows.integer(row, 7));
    if (!rows.is_null(row, 8)) {
        job.max_retries = static_cast<int>(rows.integer(row, 8));
    }
    job.maybe_applied = rows.boolean(row, 9);
    job.inbound = rows.boolean(row, 10);
    if (!rows.is_null(row, 11)) {
        job.waited = std::chrono::seconds(rows.integer(row, 11));
    }
    return job;
}

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

asio::awaitable<core::Result<Picked>> pick(
    Connection& connection, IntegrationKey key, std::vector<std::int64_t> in_hand, int limit
) {
    auto values = two(key.id, key.tenant_id);
    const auto place = values;
    values.emplace_back(id_array(in_hand));
    values.emplace_back(std::to_string(limit));
    std::vector<Call> calls;
    calls.emplace_back(kPick, std::move(values));
    calls.emplace_back(kNextDue, place);
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    Picked picked;
    for (int row = 0; row < rows->front().size(); ++row) {
        picked.jobs.push_back(read_job(rows->front(), row));
    }
    if (!rows->back().is_null(0, 0)) {
        picked.next_due = std::chrono::milliseconds(rows->back().integer(0, 0));
    }
    co_return picked;
}

asio::awaitable<core::Result<std::vector<RecordState>>> look_up_records(
    Connection& connection, IntegrationKey key, std::vector<RecordName> records
) {
    json::array wanted;
    for (const auto& record : records) {
        wanted.push_back({{"n", wanted.size()}, {"object", record.object}, {"entity_id", record.entity_id}});
    }
    auto values = two(std::move(key.id), std::move(key.tenant_id));
    values.emplace_back(json::serialize(wanted));
    const auto rows = co_await connection.query(kLookUp, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<RecordState> states;
    for (int row = 0; row < rows->size(); ++row) {
        RecordState state;
        state.remote_id = rows->string(row, 0);
        state.pushed_hash = rows->string(row, 1);
        state.job_id = rows->integer(row, 3);
        if (!rows->is_null(row, 2)) {
            state.dead_letter = rows->string(row, 2);
        }
        states.push_back(std::move(state));
    }
    co_return states;
}

asio::awaitable<core::Result<std::vector<Started>>> write_page(
    Connection& connection, std::string node_id, const JournalPage& page
) {
    std::string completions("[");
    std::string parents("[");
    for (const auto& done : page.completions) {
        append(completions, encode(done));
        if (done.verdict == Verdict::park && done.parent) {
            append(parents, encode_parent(done));
        }
    }
    std::string ended("[");
    for (const auto& end : page.ended) {
        auto item = fenced(end.key, end.epoch);
        item["batch_id"] = end.batch_id;
        append(ended, json::serialize(item));
    }
    std::string starts("[");
    for (const auto& start : page.starts) {
        auto item = fenced(start.key, start.epoch);
        item["batch_id"] = start.batch_id;
        item["job_ids"] = json::array(start.job_ids.begin(), start.job_ids.end());
        append(starts, json::serialize(item));
    }
    std::vector<Call> calls;
    if (completions.size() > 1) {
        calls.emplace_back(kComplete, two(completions + "]", node_id));
    }
    if (parents.size() > 1) {
        calls.emplace_back(kBringParents, two(parents + "]", node_id));
        calls.emplace_back(kPark, two(parents + "]", node_id));
    }
    if (ended.size() > 1) {
        calls.emplace_back(kEnd, std::vector<Parameter>(1, ended + "]"));
    }
    if (starts.size() > 1) {
        calls.emplace_back(kStart, two(starts + "]", node_id));
    }
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<Started> started;
    if (starts.size() > 1) {
        const auto& answer = rows->back();
        for (int row = 0; row < answer.size(); ++row) {
            Started one;
            one.batch_id = answer.integer(row, 0);
            one.job_ids = ids_of(answer.text(row, 1));
            one.integration_id = answer.string(row, 2);
            started.push_back(std::move(one));
        }
    }
    co_return started;
}

asio::awaitable<core::Result<std::int64_t>> revive_dead_letters(Connection& connection, std::string node_id) {
    const auto rows = co_await connection.query(kRevive, std::vector<Parameter>(1, std::move(node_id)));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return rows->affected();
}

asio::awaitable<core::Result<std::vector<std::string>>> keep_log_partitions(
    Connection& connection, std::chrono::hours keep_sync_logs, std::chrono::hours keep_webhook_logs
) {
    std::vector<Call> calls;
    calls.emplace_back(kCreatePartitions, std::vector<Parameter>());
    calls.emplace_back(
        kDropPartitions,
        two(std::to_string(keep_sync_logs.count()), std::to_string(keep_webhook_logs.count()))
    );
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<std::string> dropped;
    dropped.reserve(static_cast<std::size_t>(rows->back().size()));
    for (int row = 0; row < rows->back().size(); ++row) {
        dropped.push_back(rows->back().string(row, 0));
    }
    co_return dropped;
}

}  // namespace navette::store
