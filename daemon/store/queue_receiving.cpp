// Changes that came from platforms.
#include "daemon/store/page_calls.hpp"
#include "daemon/store/page_columns.hpp"

namespace navette::store {

namespace {

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

}  // namespace

void add_received(std::vector<Call>& calls, const std::string& node_id, const JournalPage& page) {
    Results received;
    auto changes = BinaryArray::of_jsonb();
    for (const auto& done : page.completions) {
        if (done.verdict == Verdict::finish && !done.received.empty()) {
            received.push(done);
            changes.push_jsonb_or_null(done.received);
        }
    }
    if (!received.empty()) {
        std::vector<Parameter> values{node_id};
        received.take_head(values);
        take_into(values, std::move(changes));
        received.take_tail(values);
        add_call(calls, kReceive, std::move(values));
    }
}

}  // namespace navette::store
