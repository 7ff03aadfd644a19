// Jobs that stay in the queue: for another try, as dead letters, or with merged data.
#include "daemon/store/page_calls.hpp"
#include "daemon/store/page_columns.hpp"

#include <string_view>

namespace navette::store {

namespace {

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
    WHERE q.id = a.job_id AND q.tenant_id = a.tenant_id AND (q.status = 'pending') IS TRUE AND a.verdict <> 'merge'
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
    WHERE q.id = a.job_id AND q.tenant_id = a.tenant_id AND (q.status = 'pending') IS TRUE AND a.verdict = 'merge'
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

}  // namespace

void add_kept(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page) {
    Results kept;
    auto verdicts = BinaryArray::of_texts();
    auto run_after = BinaryArray::of_bigints();
    auto data = BinaryArray::of_jsonb();
    auto waits = BinaryArray::of_texts();
    auto doubts = BinaryArray::of_jsonb();
    for (const auto& done : page.completions) {
        if (done.verdict == Verdict::finish || done.verdict == Verdict::park) {
            continue;
        }
        kept.push(done);
        verdicts.push_text(name_of(done.verdict));
        run_after.push_bigint(done.run_after.count());
        data.push_jsonb_or_null(done.data);
        doubts.push_jsonb_or_null(done.doubt);
        waits.push_text_or_null(
            done.verdict == Verdict::fail && done.parent ? done.parent->object + ":" + done.parent->entity_id
                                                         : std::string()
        );
    }
    if (!kept.empty()) {
        std::vector<Parameter> values{node_id};
        kept.take_head(values);
        take_into(values, std::move(verdicts), std::move(run_after), std::move(data));
        kept.take_tail(values);
        take_into(values, std::move(waits), std::move(doubts));
        add_call(calls, kKeep, std::move(values));
    }
}

}  // namespace navette::store
