// Jobs that are over: they leave the queue, their links and log rows are written.
#include "daemon/store/page_calls.hpp"
#include "daemon/store/page_columns.hpp"

namespace navette::store {

namespace {

// Batches of at least this many jobs get a statement of their own; smaller ones share one.
constexpr std::size_t kOwnStatement = 16;

// Fenced as all results are (page_columns.hpp), by one lease.
// The rows are found where they were read, which saves their way through the index; those that an update
// moved since, by their ids.
constexpr Statement kFinishPlain{"queue_finish_plain", R"sql(
WITH fence AS MATERIALIZED (
    SELECT FROM navette.leases l
    WHERE l.integration_id = $2 AND l.tenant_id = $3 AND l.epoch = $4::bigint AND l.node_id = $1::uuid FOR KEY SHARE
), in_place AS (
    DELETE FROM navette.sync_queue q
    -- IS TRUE keeps the planner from making a join of it, and from any index: the ids are hashed once, the places are read in one scan.
    WHERE q.ctid = ANY ($10::tid[]) AND (q.id IN (SELECT unnest($5::bigint[]))) IS TRUE AND (q.tenant_id = $3) IS TRUE
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

}  // namespace

void add_finished(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page) {
    Results finished;
    auto versions = BinaryArray::of_texts();
    auto hashes = BinaryArray::of_texts();
    auto snapshots = BinaryArray::of_jsonb();
    auto references = BinaryArray::of_texts();
    const auto push = [&](const Completion& done) {
        finished.push(done);
        versions.push_text(done.remote_version);
        hashes.push_text(done.pushed_hash);
        snapshots.push_jsonb_or_null(done.snapshot);
        references.push_text(done.references_hash);
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
        if (done.verdict == Verdict::finish && done.received.empty()) {
            push(done);
        }
    }
    if (!finished.empty()) {
        std::vector<Parameter> values{node_id};
        finished.take_head(values);
        take_into(values, std::move(versions), std::move(hashes), std::move(snapshots));
        finished.take_tail(values);
        take_into(values, std::move(references));
        add_call(calls, kFinish, std::move(values));
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
        add_call(calls, kAgain, std::move(values));
    }
}

}  // namespace navette::store
