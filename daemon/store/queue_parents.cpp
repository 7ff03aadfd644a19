// Jobs that wait for others: parents are brought along, children parked, and released when it is over.
#include "daemon/store/page_calls.hpp"
#include "daemon/store/page_columns.hpp"

#include <algorithm>

namespace navette::store {

namespace {

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

// Brings parents along: unless the record has a pending job, one is made, as urgent as its child.
constexpr Statement kBringParents{"queue_bring_parents", R"sql(
INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, priority, origin)
SELECT DISTINCT ON (p.tenant_id, p.integration_id, p.object, p.entity_id)
       p.tenant_id, p.integration_id, p.object || '.brought_along', p.object, p.entity_id, p.data, q.priority, 'dependency'
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::jsonb[])
     AS p (tenant_id, integration_id, epoch, job_id, object, entity_id, data)
JOIN navette.leases l ON l.integration_id = p.integration_id AND l.tenant_id = p.tenant_id AND l.epoch = p.epoch
JOIN navette.sync_queue q ON q.id = p.job_id AND q.tenant_id = p.tenant_id AND (q.status = 'pending') IS TRUE
WHERE l.node_id = $1::uuid AND p.data IS NOT NULL
  AND NOT EXISTS (SELECT FROM navette.sync_queue e
                  WHERE navette.record_key(e.integration_id, e.entity_id) = navette.record_key(p.integration_id, p.entity_id)
                    AND e.integration_id = p.integration_id AND e.entity_type = p.object AND e.entity_id = p.entity_id
                    AND e.status = 'pending')
ORDER BY p.tenant_id, p.integration_id, p.object, p.entity_id, q.priority
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
WHERE q.id = p.job_id AND q.tenant_id = p.tenant_id AND (q.status = 'pending') IS TRUE AND l.node_id = $1::uuid
)sql"};

}  // namespace

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
        add_call(calls, kRelease, std::move(values));
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
        add_call(calls, bring ? kBringParents : kPark, std::move(values));
    }
}

}  // namespace navette::store
