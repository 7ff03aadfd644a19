#include "daemon/store/queue.hpp"

#include "daemon/store/binary_array.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <charconv>
#include <map>

namespace navette::store {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

// Bits of a completion's flags, as the statements below read them.
constexpr std::int32_t kLinked = 1;
constexpr std::int32_t kUnlinked = 2;
constexpr std::int32_t kLogged = 4;
constexpr std::int32_t kMaybeApplied = 8;
constexpr std::int32_t kSettles = 16;

// Batches of at least this many jobs get a statement of their own; smaller ones share one.
constexpr std::size_t kOwnStatement = 16;

// KEY SHARE on the lease: a change of owner (of the key column epoch) waits for this transaction, or is seen
// by it.
// The rows are found where they were read, which saves their way through the index; those that an update
// moved since, by their ids.
constexpr Statement kFinishPlain{"queue_finish_plain", R"sql(
WITH fence AS MATERIALIZED (
    SELECT FROM navette.leases l
    WHERE l.integration_id = $2 AND l.tenant_id = $3 AND l.epoch = $4::bigint AND l.node_id = $1::uuid FOR KEY SHARE
), in_place AS (
    DELETE FROM navette.sync_queue q
    -- IS TRUE keeps the planner from making a join of it: the ids are hashed once, the places are read in one scan.
    WHERE q.ctid = ANY ($10::tid[]) AND (q.id IN (SELECT unnest($5::bigint[]))) IS TRUE AND q.tenant_id = $3
      AND EXISTS (SELECT FROM fence)
    RETURNING q.id, q.direction, q.event_type, q.entity_type, q.entity_id, q.attempts, q.external_id
), moved AS (
    DELETE FROM navette.sync_queue q
    WHERE (SELECT count(*) FROM in_place) < cardinality($5::bigint[])
      AND q.id = ANY ($5::bigint[]) AND q.tenant_id = $3 AND EXISTS (SELECT FROM fence)
    RETURNING q.id, q.direction, q.event_type, q.entity_type, q.entity_id, q.attempts, q.external_id
), finished AS (
    SELECT * FROM in_place UNION ALL SELECT * FROM moved
)
INSERT INTO navette.sync_logs
    (tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, object, status, final, attempt,
     started_at, duration_ms, external_id)
SELECT $3, $2, f.id, f.direction, f.event_type, f.entity_type, f.entity_id, $6, $7, true, f.attempts + 1,
       $8::timestamptz, $9::integer, f.external_id
FROM finished f
)sql"};

#define NAVETTE_INPUT_AND_FENCE                                                   \
    "SELECT l.integration_id, l.tenant_id, l.epoch FROM navette.leases l "        \
    "WHERE l.node_id = $1::uuid AND (l.integration_id, l.tenant_id, l.epoch) IN " \
    "(SELECT DISTINCT integration_id, tenant_id, epoch FROM input) FOR KEY SHARE"

#define NAVETTE_LOG_COLUMNS                                                                                  \
    "(tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, object, remote_id, " \
    "status, final, attempt, error_message, error_field, remarks, request, response, started_at, "           \
    "duration_ms, external_id)"

#define NAVETTE_REMARKS \
    "CASE WHEN a.remarks IS NOT NULL THEN ARRAY(SELECT jsonb_array_elements_text(a.remarks)) END"

constexpr Statement kFinish{
    "queue_finish",
    R"sql(
WITH input AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::integer[], $8::text[],
                         $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::jsonb[], $16::jsonb[],
                         $17::jsonb[], $18::jsonb[], $19::timestamptz[], $20::integer[], $21::text[])
        AS x (tenant_id, integration_id, epoch, job_id, flags, attempts, outcome, message, field, object, remote_id,
              remote_version, pushed_hash, snapshot, remarks, request, response, started_at, duration_ms, references_hash)
), fence AS MATERIALIZED ()sql" NAVETTE_INPUT_AND_FENCE R"sql(
), allowed AS MATERIALIZED (
    SELECT i.* FROM input i JOIN fence USING (integration_id, tenant_id, epoch)
), finished AS (
    DELETE FROM navette.sync_queue q USING allowed a
    WHERE q.id = a.job_id AND q.tenant_id = a.tenant_id
    RETURNING q.id, q.tenant_id, q.integration_id, q.direction, q.event_type, q.entity_type, q.entity_id, q.external_id,
              CASE WHEN a.flags & 1 = 1 THEN md5(q.data::text) END AS local_hash, a.flags, a.attempts, a.outcome, a.message, a.field,
              a.object, a.remote_id, a.remote_version, a.pushed_hash, a.snapshot, a.remarks, a.request, a.response,
              a.started_at, a.duration_ms, a.references_hash, q.origin
), linked AS (
    INSERT INTO navette.record_links AS l
        (tenant_id, integration_id, object, entity_id, remote_id, remote_version, pushed_hash, local_hash, job_id, snapshot,
         entity_type, references_hash, run)
    SELECT DISTINCT ON (f.tenant_id, f.integration_id, f.object, f.entity_id)
           f.tenant_id, f.integration_id, f.object, f.entity_id, f.remote_id, f.remote_version, f.pushed_hash, f.local_hash, f.id,
           coalesce(f.snapshot, '{}'), f.entity_type, f.references_hash, navette.run_of(f.origin)
    FROM finished f
    WHERE f.flags & 1 = 1
    ORDER BY f.tenant_id, f.integration_id, f.object, f.entity_id, f.id DESC
    ON CONFLICT (tenant_id, integration_id, object, entity_id) DO UPDATE
    SET remote_id = excluded.remote_id, remote_version = coalesce(nullif(excluded.remote_version, ''), l.remote_version),
        pushed_hash = excluded.pushed_hash, local_hash = excluded.local_hash, job_id = excluded.job_id,
        -- A push of a two-way object names only what it sent.
        snapshot = CASE WHEN excluded.references_hash <> '' AND l.remote_id = excluded.remote_id
                        THEN navette.lay_over(l.snapshot, excluded.snapshot) ELSE excluded.snapshot END,
        entity_type = excluded.entity_type, references_hash = excluded.references_hash, run = excluded.run,
        gone = false, synced_at = now()
    WHERE l.job_id <= excluded.job_id
), unlinked AS (
    DELETE FROM navette.record_links l USING finished f
    WHERE f.flags & 2 = 2 AND l.tenant_id = f.tenant_id AND l.integration_id = f.integration_id AND l.object = f.object
      AND l.entity_id = f.entity_id
    RETURNING l.tenant_id, l.integration_id, l.object, l.remote_id, l.references_hash <> '' OR l.seen <> '{}' AS two_way
), settled AS (
    DELETE FROM navette.doubts d USING finished f
    WHERE f.flags & 16 = 16 AND d.tenant_id = f.tenant_id AND d.integration_id = f.integration_id AND d.object = f.object
      AND d.entity_id = f.entity_id
), remembered AS (
    -- What the platform told before our delete, and comes to be merged after it, is looked at anew; job_id -1 keeps it from
    -- being overwritten by a page that was read before.
    INSERT INTO navette.remote_records AS m (tenant_id, integration_id, object, remote_id, hash, job_id)
    SELECT DISTINCT u.tenant_id, u.integration_id, u.object, u.remote_id, 'deleted', -1
    FROM unlinked u WHERE u.two_way AND u.remote_id <> ''
    ON CONFLICT (tenant_id, integration_id, object, remote_id) DO UPDATE SET hash = 'deleted', job_id = -1, seen_at = now()
)
INSERT INTO navette.sync_logs )sql" NAVETTE_LOG_COLUMNS R"sql(
SELECT a.tenant_id, a.integration_id, a.id, a.direction, a.event_type, a.entity_type, a.entity_id, a.object, a.remote_id, a.outcome,
       true, greatest(a.attempts, 1), nullif(a.message, ''), nullif(a.field, ''), )sql" NAVETTE_REMARKS
    R"sql(,
       a.request, a.response, a.started_at, a.duration_ms, a.external_id
FROM finished a WHERE a.flags & 4 = 4
)sql"
};

// A page whose commit was not confirmed is written again: what is a dead letter already stays as it is.
constexpr Statement kKeep{
    "queue_keep",
    R"sql(
WITH input AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::integer[], $8::text[],
                         $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $15::jsonb[], $16::jsonb[],
                         $17::jsonb[], $18::jsonb[], $19::timestamptz[], $20::integer[], $21::text[], $22::jsonb[])
        AS x (tenant_id, integration_id, epoch, job_id, flags, attempts, outcome, message, field, object, remote_id,
              verdict, run_after, data, remarks, request, response, started_at, duration_ms, waits_for, doubt)
), fence AS MATERIALIZED ()sql" NAVETTE_INPUT_AND_FENCE R"sql(
), allowed AS MATERIALIZED (
    SELECT i.* FROM input i JOIN fence USING (integration_id, tenant_id, epoch)
), kept AS (
    UPDATE navette.sync_queue q
    -- An attempt that came to an end killed nobody.
    SET attempts = a.attempts, deaths = CASE WHEN a.flags & 4 = 4 AND a.outcome <> 'quarantined' THEN 0 ELSE q.deaths END,
        maybe_applied = a.flags & 8 = 8, outcome = nullif(a.outcome, ''),
        last_error = nullif(a.message, ''), deferred = true,
        status = CASE WHEN a.verdict = 'fail' THEN 'failed' ELSE 'pending' END,
        failed_at = CASE WHEN a.verdict = 'fail' THEN now() END,
        waits_for = a.waits_for,
        run_at = CASE WHEN a.verdict = 'retry' THEN now() + a.run_after * interval '1 millisecond' ELSE q.run_at END,
        last_request = coalesce(a.request, q.last_request), last_response = coalesce(a.response, q.last_response)
    FROM allowed a
    WHERE q.id = a.job_id AND q.tenant_id = a.tenant_id AND q.status = 'pending' AND a.verdict <> 'merge'
    RETURNING q.id, q.tenant_id, q.integration_id, q.direction, q.event_type, q.entity_type, q.entity_id, q.external_id, a.flags,
              a.attempts, a.outcome, a.message, a.field, a.object, a.remote_id, a.verdict, a.remarks, a.request, a.response,
              a.started_at, a.duration_ms, a.doubt
), doubted AS (
    INSERT INTO navette.doubts AS d (tenant_id, integration_id, object, entity_id, entity_type, sent_as, sent)
    SELECT DISTINCT ON (k.tenant_id, k.integration_id, k.object, k.entity_id)
           k.tenant_id, k.integration_id, k.object, k.entity_id, k.entity_type, k.doubt ->> 'as',
           jsonb_build_array(k.doubt -> 'fields')
    FROM kept k WHERE k.doubt IS NOT NULL
    ON CONFLICT (tenant_id, integration_id, object, entity_id) DO UPDATE SET sent = navette.add_doubt(d.sent, excluded.sent)
    WHERE d.sent -> -1 <> excluded.sent -> 0
), merged AS (
    UPDATE navette.sync_queue q SET data = a.data, maybe_applied = a.flags & 8 = 8
    FROM allowed a
    WHERE q.id = a.job_id AND q.tenant_id = a.tenant_id AND q.status = 'pending' AND a.verdict = 'merge'
), unlinked AS (
    DELETE FROM navette.record_links l USING kept f
    WHERE f.flags & 2 = 2 AND l.tenant_id = f.tenant_id AND l.integration_id = f.integration_id AND l.object = f.object
      AND l.entity_id = f.entity_id
)
INSERT INTO navette.sync_logs )sql" NAVETTE_LOG_COLUMNS R"sql(
SELECT a.tenant_id, a.integration_id, a.id, a.direction, a.event_type, a.entity_type, a.entity_id, a.object, a.remote_id, a.outcome,
       a.verdict = 'fail', greatest(a.attempts, 1), nullif(a.message, ''), nullif(a.field, ''), )sql" NAVETTE_REMARKS
    R"sql(,
       a.request, a.response, a.started_at, a.duration_ms, a.external_id
FROM kept a WHERE a.flags & 4 = 4
)sql"
};

// What came from a platform: the job leaves the queue in the statement that applies its change, so that it
// takes effect once. Two pages may meet at one order by different payments: PostgreSQL then ends one of them,
// and it is written again.
constexpr Statement kReceive{
    "queue_receive",
    R"sql(
WITH input AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::integer[], $7::integer[], $8::text[],
                         $9::text[], $10::text[], $11::text[], $12::text[], $13::jsonb[], $14::jsonb[], $15::jsonb[], $16::jsonb[],
                         $17::timestamptz[], $18::integer[])
        AS x (tenant_id, integration_id, epoch, job_id, flags, attempts, outcome, message, field, object, remote_id,
              change, remarks, request, response, started_at, duration_ms)
), fence AS MATERIALIZED ()sql" NAVETTE_INPUT_AND_FENCE R"sql(
), finished AS (
    DELETE FROM navette.sync_queue q USING input i JOIN fence USING (integration_id, tenant_id, epoch)
    WHERE q.id = i.job_id AND q.tenant_id = i.tenant_id
    RETURNING q.id, q.tenant_id, q.integration_id, q.direction, q.event_type, q.entity_type, q.entity_id, q.external_id, i.change,
              i.attempts, i.outcome, i.message, i.field, i.object, i.remote_id, i.remarks, i.request, i.response, i.started_at,
              i.duration_ms, q.origin
), applied AS MATERIALIZED (
    SELECT o.*, navette.receive_change_in_run(o.origin, o.tenant_id, o.integration_id, o.event_type, o.change) AS remark
    FROM (SELECT * FROM finished ORDER BY tenant_id, entity_type, entity_id, id) o
)
INSERT INTO navette.sync_logs )sql" NAVETTE_LOG_COLUMNS R"sql(
SELECT a.tenant_id, a.integration_id, a.id, a.direction, a.event_type, a.entity_type, a.entity_id, a.object, a.remote_id, a.outcome,
       true, greatest(a.attempts, 1), nullif(a.message, ''), nullif(a.field, ''),
       nullif(array_remove(array_append()sql" NAVETTE_REMARKS R"sql(, a.remark), NULL), '{}'),
       a.request, a.response, a.started_at, a.duration_ms, a.external_id
FROM applied a
)sql"
};

// Who waited for a job that is over looks again. What became a dead letter because its parent was one lives
// again when the parent went through after all. Fenced as the results are: a former owner's did not happen.
constexpr Statement kRelease{
    "queue_release",
    R"sql(
WITH input AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::text[], $6::integer[])
        AS x (tenant_id, integration_id, epoch, awaited_as, finished)
), fence AS MATERIALIZED ()sql" NAVETTE_INPUT_AND_FENCE R"sql(
)
UPDATE navette.sync_queue c
SET waits_for = NULL, run_at = now(), deferred = true, status = 'pending', failed_at = NULL,
    waits_since = CASE WHEN c.status = 'failed' THEN NULL ELSE c.waits_since END,
    attempts = CASE WHEN c.status = 'failed' THEN 0 ELSE c.attempts END
FROM input over JOIN fence USING (integration_id, tenant_id, epoch)
WHERE c.tenant_id = over.tenant_id AND c.integration_id = over.integration_id AND c.waits_for = over.awaited_as
  AND (c.status = 'pending' OR over.finished = 1)
)sql"
};

#undef NAVETTE_INPUT_AND_FENCE
#undef NAVETTE_LOG_COLUMNS
#undef NAVETTE_REMARKS

// Brings parents along: unless the record has a pending job, one is made, as urgent as its child.
constexpr Statement kBringParents{"queue_bring_parents", R"sql(
INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, priority, origin)
SELECT DISTINCT ON (p.tenant_id, p.integration_id, p.object, p.entity_id)
       p.tenant_id, p.integration_id, p.object || '.brought_along', p.object, p.entity_id, p.data, q.priority, 'dependency'
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::jsonb[])
     AS p (tenant_id, integration_id, epoch, job_id, object, entity_id, data)
JOIN navette.leases l ON l.integration_id = p.integration_id AND l.tenant_id = p.tenant_id AND l.epoch = p.epoch
JOIN navette.sync_queue q ON q.id = p.job_id AND q.tenant_id = p.tenant_id AND q.status = 'pending'
WHERE l.node_id = $1::uuid AND p.data IS NOT NULL
  AND NOT EXISTS (SELECT FROM navette.sync_queue e
                  WHERE navette.record_key(e.integration_id, e.entity_id) = navette.record_key(p.integration_id, p.entity_id)
                    AND e.integration_id = p.integration_id AND e.entity_type = p.object AND e.entity_id = p.entity_id
                    AND e.status = 'pending')
ORDER BY p.tenant_id, p.integration_id, p.object, p.entity_id, q.priority
)sql"};

// Runs after the results, whose links it goes by: where the link is another job's, there is nothing to do.
constexpr Statement kAgain{"queue_push_again", R"sql(
INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, origin)
SELECT r.tenant_id, k.integration_id, r.entity_type || '.updated', r.entity_type, r.entity_id, r.data, 'sync'
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[])
     AS x (tenant_id, integration_id, epoch, job_id, object, remote_id)
JOIN navette.leases l ON l.integration_id = x.integration_id AND l.tenant_id = x.tenant_id AND l.epoch = x.epoch
JOIN navette.record_links k ON k.tenant_id = x.tenant_id AND k.integration_id = x.integration_id AND k.object = x.object
    AND k.remote_id = x.remote_id AND k.job_id = x.job_id
JOIN navette.records r ON r.tenant_id = k.tenant_id AND r.entity_type = k.entity_type AND r.entity_id = k.entity_id
WHERE l.node_id = $1::uuid AND NOT r.deleted
)sql"};

// Runs after completions of the same page, so a parent that finished just now is not waited for.
constexpr Statement kPark{"queue_park", R"sql(
UPDATE navette.sync_queue q
SET waits_for = CASE WHEN e.id IS NOT NULL THEN p.object || ':' || p.entity_id END, deferred = true,
    waits_since = coalesce(q.waits_since, now()),
    run_at = CASE WHEN e.id IS NULL THEN now() + p.run_after * interval '1 millisecond' ELSE q.run_at END
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::bigint[])
     AS p (tenant_id, integration_id, epoch, job_id, object, entity_id, run_after)
JOIN navette.leases l ON l.integration_id = p.integration_id AND l.tenant_id = p.tenant_id AND l.epoch = p.epoch
LEFT JOIN LATERAL (
    SELECT e.id FROM navette.sync_queue e
    WHERE navette.record_key(e.integration_id, e.entity_id) = navette.record_key(p.integration_id, p.entity_id)
      AND e.integration_id = p.integration_id AND e.entity_type = p.object AND e.entity_id = p.entity_id
      AND e.status = 'pending' AND e.id <> p.job_id LIMIT 1) e ON true
WHERE q.id = p.job_id AND q.tenant_id = p.tenant_id AND q.status = 'pending' AND l.node_id = $1::uuid
)sql"};

// Where the lease is another's by now, the results above changed nothing: the batch stays, for the new owner
// to find its jobs in doubt.
constexpr Statement kEnd{"queue_end_batches", R"sql(
DELETE FROM navette.in_flight f
USING unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) AS x (tenant_id, integration_id, epoch, batch_id)
WHERE f.integration_id = x.integration_id AND f.tenant_id = x.tenant_id AND f.epoch = x.epoch AND f.batch_id = x.batch_id
  AND NOT EXISTS (SELECT FROM navette.leases l
                  WHERE l.integration_id = x.integration_id AND l.tenant_id = x.tenant_id
                    AND (l.epoch, l.node_id) IS DISTINCT FROM (x.epoch, $1::uuid))
)sql"};

constexpr Statement kStart{"queue_start", R"sql(
INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids, node_id, suspect, sent)
SELECT x.integration_id, x.tenant_id, x.batch_id, x.epoch,
       CASE WHEN x.flags & 1 = 0 THEN x.job_ids::bigint[]
            ELSE ARRAY(SELECT q.id FROM navette.sync_queue q
                       WHERE q.id = ANY (x.job_ids::bigint[]) AND q.tenant_id = x.tenant_id AND q.status = 'pending') END,
       $1::uuid, x.flags & 2 = 2, x.sent
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::integer[], $9::jsonb[])
     AS x (tenant_id, integration_id, epoch, batch_id, job_ids, flags, sent)
JOIN navette.leases l ON l.integration_id = x.integration_id AND l.tenant_id = x.tenant_id AND l.epoch = x.epoch
JOIN navette.nodes n ON n.node_id = l.node_id AND n.expires_at > clock_timestamp()
WHERE l.node_id = $1::uuid
FOR KEY SHARE OF l
RETURNING batch_id, integration_id, CASE WHEN cardinality(job_ids) < $8::integer THEN array_to_json(job_ids)::text END
)sql"};

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
        case Verdict::merge:
            return "merge";
    }
    return "retry";
}

/// Arrays of one statement: the place of each item and what fences it.
struct Places {
    BinaryArray tenants = BinaryArray::of_texts();
    BinaryArray integrations = BinaryArray::of_texts();
    BinaryArray epochs = BinaryArray::of_bigints();
    BinaryArray ids = BinaryArray::of_bigints();

    void push(const IntegrationKey& key, std::int64_t epoch, std::int64_t id) {
        tenants.push_text(key.tenant_id);
        integrations.push_text(key.id);
        epochs.push_bigint(epoch);
        ids.push_bigint(id);
    }
    void take_into(std::vector<Parameter>& values) && {
        values.emplace_back(std::move(tenants).take());
        values.emplace_back(std::move(integrations).take());
        values.emplace_back(std::move(epochs).take());
        values.emplace_back(std::move(ids).take());
    }
};

template <class... Arrays>
void take_into(std::vector<Parameter>& values, Arrays&&... arrays) {
    (values.emplace_back(std::forward<Arrays>(arrays).take()), ...);
}

/// The first `texts` parameters are text, the others binary.
std::vector<int> formats(std::size_t count, std::size_t texts) {
    std::vector<int> all(count, 1);
    std::fill_n(all.begin(), texts, 0);
    return all;
}

/// The columns that finished and kept jobs share, row by row.
class Results {
  public:
    void push(const Completion& done) {
        places_.push(done.key, done.epoch, done.job_id);
        flags_.push_integer(
            (done.linked ? kLinked : 0) | (done.unlinked ? kUnlinked : 0) | (done.logged ? kLogged : 0) |
            (done.maybe_applied ? kMaybeApplied : 0) | (done.settles ? kSettles : 0)
        );
        attempts_.push_integer(done.attempts);
        outcomes_.push_text(done.outcome);
        messages_.push_text(done.message);
        fields_.push_text(done.field);
        objects_.push_text(done.object);
        remote_ids_.push_text(done.remote_id);
        remarks_.push_jsonb_or_null(
            done.remarks.empty() ? std::string()
                                 : json::serialize(json::array(done.remarks.begin(), done.remarks.end()))
        );
        requests_.push_jsonb_or_null(done.request);
        responses_.push_jsonb_or_null(done.response);
        started_.push_timestamp(done.started_at);
        durations_.push_integer(static_cast<std::int32_t>(done.duration.count()));
    }

    [[nodiscard]] bool empty() const { return flags_.empty(); }

    void take_head(std::vector<Parameter>& values) {
        std::move(places_).take_into(values);
        take_into(
            values,
            std::move(flags_),
            std::move(attempts_),
            std::move(outcomes_),
            std::move(messages_),
            std::move(fields_),
            std::move(objects_),
            std::move(remote_ids_)
        );
    }
    void take_tail(std::vector<Parameter>& values) {
        take_into(
            values,
            std::move(remarks_),
            std::move(requests_),
            std::move(responses_),
            std::move(started_),
            std::move(durations_)
        );
    }

  private:
    Places places_;
    BinaryArray flags_ = BinaryArray::of_integers();
    BinaryArray attempts_ = BinaryArray::of_integers();
    BinaryArray outcomes_ = BinaryArray::of_texts();
    BinaryArray messages_ = BinaryArray::of_texts();
    BinaryArray fields_ = BinaryArray::of_texts();
    BinaryArray objects_ = BinaryArray::of_texts();
    BinaryArray remote_ids_ = BinaryArray::of_texts();
    BinaryArray remarks_ = BinaryArray::of_jsonb();
    BinaryArray requests_ = BinaryArray::of_jsonb();
    BinaryArray responses_ = BinaryArray::of_jsonb();
    BinaryArray started_ = BinaryArray::of_timestamps();
    BinaryArray durations_ = BinaryArray::of_integers();
};

Call plain_call(const std::string& node_id, const Finished& batch) {
    auto places = BinaryArray::of_places();
    for (const auto& place : batch.places) {
        places.push_place(place.block, place.offset);
    }
    return {
        kFinishPlain,
        std::vector<Parameter>{
            node_id,
            batch.key.id,
            batch.key.tenant_id,
            std::to_string(batch.epoch),
            BinaryArray::bigints(batch.job_ids),
            batch.object,
            batch.outcome,
            binary_timestamp(batch.started_at),
            std::to_string(batch.duration.count()),
            std::move(places).take()
        },
        std::vector<int>{0, 0, 0, 0, 1, 0, 0, 1, 0, 1}
    };
}

/// One job of a batch that is too small for a statement of its own.
Completion single(const Finished& batch, std::int64_t job_id) {
    Completion done;
    done.key = batch.key;
    done.epoch = batch.epoch;
    done.job_id = job_id;
    done.object = batch.object;
    done.outcome = batch.outcome;
    done.started_at = batch.started_at;
    done.duration = batch.duration;
    done.attempts = 1;
    return done;
}

void add_results(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page) {
    Results finished;
    auto versions = BinaryArray::of_texts();
    auto hashes = BinaryArray::of_texts();
    auto snapshots = BinaryArray::of_jsonb();
    auto references = BinaryArray::of_texts();
    Results received;
    auto changes = BinaryArray::of_jsonb();
    Results kept;
    auto verdicts = BinaryArray::of_texts();
    auto run_after = BinaryArray::of_bigints();
    auto data = BinaryArray::of_jsonb();
    auto waits = BinaryArray::of_texts();
    auto doubts = BinaryArray::of_jsonb();
    const auto push = [&](const Completion& done) {
        if (done.verdict == Verdict::finish && !done.received.empty()) {
            received.push(done);
            changes.push_jsonb_or_null(done.received);
        } else if (done.verdict == Verdict::finish) {
            finished.push(done);
            versions.push_text(done.remote_version);
            hashes.push_text(done.pushed_hash);
            snapshots.push_jsonb_or_null(done.snapshot);
            references.push_text(done.references_hash);
        } else if (done.verdict != Verdict::park) {
            kept.push(done);
            verdicts.push_text(name_of(done.verdict));
            run_after.push_bigint(done.run_after.count());
            data.push_jsonb_or_null(done.data);
            doubts.push_jsonb_or_null(done.doubt);
            waits.push_text_or_null(
                done.verdict == Verdict::fail && done.parent
                    ? done.parent->object + ":" + done.parent->entity_id
                    : std::string()
            );
        }
    };
    for (const auto& batch : page.finished) {
        if (batch.job_ids.size() >= kOwnStatement) {
            calls.push_back(plain_call(node_id, batch));
            continue;
        }
        for (const auto id : batch.job_ids) {
            push(single(batch, id));
        }
    }
    for (const auto& done : page.completions) {
        push(done);
    }
    if (!finished.empty()) {
        std::vector<Parameter> values{node_id};
        finished.take_head(values);
        take_into(values, std::move(versions), std::move(hashes), std::move(snapshots));
        finished.take_tail(values);
        take_into(values, std::move(references));
        auto binary = formats(values.size(), 1);
        calls.emplace_back(kFinish, std::move(values), std::move(binary));
    }
    if (!received.empty()) {
        std::vector<Parameter> values{node_id};
        received.take_head(values);
        take_into(values, std::move(changes));
        received.take_tail(values);
        auto binary = formats(values.size(), 1);
        calls.emplace_back(kReceive, std::move(values), std::move(binary));
    }
    if (!kept.empty()) {
        std::vector<Parameter> values{node_id};
        kept.take_head(values);
        take_into(values, std::move(verdicts), std::move(run_after), std::move(data));
        kept.take_tail(values);
        take_into(values, std::move(waits), std::move(doubts));
        auto binary = formats(values.size(), 1);
        calls.emplace_back(kKeep, std::move(values), std::move(binary));
    }
}

void add_releases(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page) {
    auto tenants = BinaryArray::of_texts();
    auto integrations = BinaryArray::of_texts();
    auto epochs = BinaryArray::of_bigints();
    auto names = BinaryArray::of_texts();
    auto finished = BinaryArray::of_integers();
    for (const auto& done : page.completions) {
        if (done.verdict != Verdict::finish && done.verdict != Verdict::fail) {
            continue;
        }
        for (const auto& name : done.awaited_as) {
            tenants.push_text(done.key.tenant_id);
            integrations.push_text(done.key.id);
            epochs.push_bigint(done.epoch);
            names.push_text(name);
            finished.push_integer(done.verdict == Verdict::finish ? 1 : 0);
        }
    }
    if (!finished.empty()) {
        std::vector<Parameter> values{node_id};
        take_into(
            values,
            std::move(tenants),
            std::move(integrations),
            std::move(epochs),
            std::move(names),
            std::move(finished)
        );
        auto binary = formats(values.size(), 1);
        calls.emplace_back(kRelease, std::move(values), std::move(binary));
    }
}

void add_parked(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page) {
    const auto parked = [](const Completion& done) { return done.verdict == Verdict::park && done.parent; };
    if (std::ranges::none_of(page.completions, parked)) {
        return;
    }
    // Twice the same head: bringing parents along, then waiting for them.
    for (const bool bring : {true, false}) {
        Places places;
        auto objects = BinaryArray::of_texts();
        auto ids = BinaryArray::of_texts();
        auto data = BinaryArray::of_jsonb();
        auto run_after = BinaryArray::of_bigints();
        for (const auto& done : page.completions) {
            if (parked(done)) {
                places.push(done.key, done.epoch, done.job_id);
                objects.push_text(done.parent->object);
                ids.push_text(done.parent->entity_id);
                data.push_jsonb_or_null(done.parent->data);
                run_after.push_bigint(done.run_after.count());
            }
        }
        std::vector<Parameter> values{node_id};
        std::move(places).take_into(values);
        take_into(values, std::move(objects), std::move(ids));
        values.emplace_back(bring ? std::move(data).take() : std::move(run_after).take());
        auto binary = formats(values.size(), 1);
        calls.emplace_back(bring ? kBringParents : kPark, std::move(values), std::move(binary));
    }
}

void add_repeats(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page) {
    Places places;
    auto objects = BinaryArray::of_texts();
    auto remote_ids = BinaryArray::of_texts();
    for (const auto& done : page.completions) {
        if (done.again) {
            places.push(done.key, done.epoch, done.job_id);
            objects.push_text(done.object);
            remote_ids.push_text(done.remote_id);
        }
    }
    if (!objects.empty()) {
        std::vector<Parameter> values{node_id};
        std::move(places).take_into(values);
        take_into(values, std::move(objects), std::move(remote_ids));
        auto binary = formats(values.size(), 1);
        calls.emplace_back(kAgain, std::move(values), std::move(binary));
    }
}

void add_ended(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page) {
    if (page.ended.empty()) {
        return;
    }
    Places places;
    for (const auto& end : page.ended) {
        places.push(end.key, end.epoch, end.batch_id);
    }
    std::vector<Parameter> values{node_id};
    std::move(places).take_into(values);
    auto binary = formats(values.size(), 1);
    calls.emplace_back(kEnd, std::move(values), std::move(binary));
}

std::string id_list(const std::vector<std::int64_t>& ids) {
    std::string literal("{");
    for (const auto id : ids) {
        literal += literal.size() > 1 ? "," : "";
        literal += std::to_string(id);
    }
    return literal + "}";
}

void add_starts(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page) {
    if (page.starts.empty()) {
        return;
    }
    Places places;
    auto jobs = BinaryArray::of_texts();
    auto flags = BinaryArray::of_integers();
    auto sent = BinaryArray::of_jsonb();
    std::size_t largest = 0;
    for (const auto& start : page.starts) {
        places.push(start.key, start.epoch, start.batch_id);
        jobs.push_text(id_list(start.job_ids));
        flags.push_integer((start.recheck ? 1 : 0) | (start.suspect ? 2 : 0));
        sent.push_jsonb_or_null(start.sent);
        largest = std::max(largest, start.recheck ? start.job_ids.size() : 0);
    }
    std::vector<Parameter> values{node_id};
    std::move(places).take_into(values);
    take_into(values, std::move(jobs), std::move(flags));
    values.emplace_back(std::to_string(largest));
    values.emplace_back(std::move(sent).take());
    auto binary = formats(values.size(), 1);
    binary[binary.size() - 2] = 0;
    calls.emplace_back(kStart, std::move(values), std::move(binary));
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

std::vector<Started> started_of(const Rows& answer, const JournalPage& page) {
    std::map<std::pair<std::string_view, std::int64_t>, const Start*> asked;
    for (const auto& start : page.starts) {
        asked[{start.key.id, start.batch_id}] = &start;
    }
    std::vector<Started> started;
    started.reserve(static_cast<std::size_t>(answer.size()));
    for (int row = 0; row < answer.size(); ++row) {
        Started one;
        one.batch_id = answer.integer(row, 0);
        one.integration_id = answer.string(row, 1);
        if (!answer.is_null(row, 2)) {
            one.job_ids = ids_of(answer.text(row, 2));
        } else if (const auto found = asked.find({one.integration_id, one.batch_id}); found != asked.end()) {
            one.job_ids = found->second->job_ids;
        }
        started.push_back(std::move(one));
    }
    return started;
}

}  // namespace

asio::awaitable<core::Result<std::vector<Started>>> write_page(
    Connection& connection, std::string node_id, const JournalPage& page
) {
    std::vector<Call> calls;
    add_results(calls, node_id, page);
    add_repeats(calls, node_id, page);
    add_releases(calls, node_id, page);
    add_parked(calls, node_id, page);
    add_ended(calls, node_id, page);
    add_starts(calls, node_id, page);
    const auto rows = co_await connection.transaction(std::move(calls));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return page.starts.empty() ? std::vector<Started>() : started_of(rows->back(), page);
}

}  // namespace navette::store
