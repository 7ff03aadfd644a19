#include "daemon/store/pulls.hpp"

namespace navette::store {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

// A last round in the future: the server's clock was set back, and the next one would wait for it to catch
// up.
constexpr Statement kLoad{"pull_load", "WITH " NAVETTE_HELD R"sql(, made AS (
    INSERT INTO navette.pulls (tenant_id, integration_id, object, next_at)
    SELECT h.tenant_id, h.integration_id, o, now() + (0.5 + random() / 2) * $6::bigint * interval '1 millisecond'
    FROM held h CROSS JOIN unnest($5::text[]) AS o
    ON CONFLICT DO NOTHING
    RETURNING *
), stood AS (
    SELECT p.* FROM navette.pulls p JOIN held USING (tenant_id, integration_id) WHERE p.object = ANY ($5::text[])
)
SELECT s.object, s.cursor::text, s.generation, s.is_full,
       CASE WHEN CASE WHEN s.failures > 0 THEN s.last_error_at ELSE s.last_success_at END > now() THEN 0
            ELSE ceil(extract(epoch FROM s.next_at - now()) * 1000)::bigint END,
       s.asked, s.failures, coalesce(s.last_error, '')
FROM (SELECT * FROM stood UNION ALL SELECT * FROM made) s
ORDER BY s.next_at, s.object
)sql"};

// A write of ours that is under way may be part of what was read, although its link is still the old one.
constexpr Statement kKnown{"pull_known", R"sql(
SELECT a.remote_id, m.hash, (extract(epoch FROM m.changed_at) * 1000)::bigint, m.job_id, l.entity_id IS NOT NULL, l.job_id,
       l.snapshot::text, l.remote_version, l.synced_at > clock_timestamp() - $5::bigint * interval '1 millisecond',
       l.entity_id IS NOT NULL AND EXISTS (
           SELECT FROM navette.in_flight f
           JOIN navette.sync_queue q ON q.id = ANY (f.job_ids) AND q.tenant_id = f.tenant_id
           WHERE f.integration_id = $2 AND f.tenant_id = $1 AND f.recovered_at IS NULL AND q.direction = 'to_platform'
             AND q.entity_id = l.entity_id)
FROM (SELECT DISTINCT unnest($4::text[]) AS remote_id) a
LEFT JOIN navette.remote_records m
    ON m.tenant_id = $1 AND m.integration_id = $2 AND m.object = $3 AND m.remote_id = a.remote_id
LEFT JOIN LATERAL (
    SELECT * FROM navette.record_links r
    WHERE r.tenant_id = $1 AND r.integration_id = $2 AND r.object = $3 AND r.remote_id = a.remote_id
    ORDER BY r.job_id DESC LIMIT 1) l ON true
WHERE m.hash IS NOT NULL OR l.entity_id IS NOT NULL
)sql"};

constexpr Statement kPage{"pull_page", "WITH " NAVETTE_HELD R"sql(, place AS MATERIALIZED (
    SELECT p.tenant_id, p.integration_id, p.object, coalesce(p.began_for, $12::bigint) AS began_for
    FROM navette.pulls p JOIN held USING (tenant_id, integration_id)
    WHERE p.object = $5 AND p.generation = $6::bigint
    FOR UPDATE OF p
), item AS MATERIALIZED (
    SELECT r.* FROM place CROSS JOIN jsonb_to_recordset($7::jsonb)
        AS r (n integer, remote_id text, hash text, changed_at timestamptz, job_id bigint, tell boolean, operation text, data jsonb)
), remembered AS (
    INSERT INTO navette.remote_records AS m (tenant_id, integration_id, object, remote_id, hash, changed_at, job_id)
    SELECT DISTINCT ON (i.remote_id) $1, $2, $5, i.remote_id, i.hash, i.changed_at, i.job_id
    FROM item i ORDER BY i.remote_id, i.n DESC
    ON CONFLICT (tenant_id, integration_id, object, remote_id) DO UPDATE
    SET hash = excluded.hash, changed_at = excluded.changed_at, job_id = excluded.job_id, seen_at = now()
    -- What we deleted since: a look at the record itself says whether it is there.
    WHERE m.job_id >= 0
), told AS (
    INSERT INTO navette.sync_queue (tenant_id, integration_id, direction, event_type, entity_type, entity_id, operation, data,
                                    priority, origin)
    SELECT $1, $2, 'from_platform', i.data ->> 'event_type', $5, 'remote:' || i.remote_id, i.operation, i.data, 9, 'pull'
    FROM item i WHERE i.tell ORDER BY i.n
    RETURNING id
), accepted AS MATERIALIZED (
    SELECT navette.accept_events($1, $2, $8::jsonb) AS n FROM place WHERE $8::jsonb <> '[]'
), counted AS MATERIALIZED (
    SELECT (SELECT count(*) FROM told) + coalesce((SELECT sum(n) FROM accepted), 0) AS changes
), noted AS (
    UPDATE navette.pulls p
    SET cursor = coalesce($9::jsonb, p.cursor), is_full = p.is_full AND $10::boolean, failures = 0, last_error = NULL,
        next_at = CASE WHEN $10::boolean OR p.asked > place.began_for THEN now()
                       ELSE now() + $11::bigint * interval '1 millisecond' END,
        began_for = CASE WHEN $10::boolean THEN place.began_for END,
        answered = CASE WHEN $10::boolean THEN p.answered ELSE greatest(p.answered, place.began_for) END,
        last_success_at = CASE WHEN $10::boolean THEN p.last_success_at ELSE now() END,
        last_change_at = CASE WHEN counted.changes > 0 AND NOT p.is_full THEN now() ELSE p.last_change_at END,
        pages = p.pages + ($9::jsonb IS NOT NULL)::integer, records = p.records + $13::bigint, changes = p.changes + counted.changes
    FROM place, counted
    WHERE p.tenant_id = place.tenant_id AND p.integration_id = place.integration_id AND p.object = place.object
    RETURNING counted.changes
)
SELECT noted.changes, navette.wake(ARRAY[$2]) FROM noted
)sql"};

constexpr Statement kFailure{"pull_failure", "WITH " NAVETTE_HELD R"sql(
UPDATE navette.pulls p
SET failures = p.failures + 1, last_error = $7, last_error_at = now(), next_at = now() + $8::bigint * interval '1 millisecond',
    cursor = CASE WHEN $9::boolean THEN 'null' ELSE p.cursor END,
    generation = p.generation + $9::boolean::integer, is_full = p.is_full OR $9::boolean,
    began_for = CASE WHEN NOT $9::boolean THEN p.began_for END
FROM held
WHERE p.tenant_id = held.tenant_id AND p.integration_id = held.integration_id AND p.object = $5 AND p.generation = $6::bigint
)sql"};

}  // namespace

asio::awaitable<core::Result<std::vector<PullState>>> load_pulls(
    Connection& connection, Owner owner, std::vector<std::string> objects, milliseconds spread
) {
    auto values = parameters_of(std::move(owner));
    values.emplace_back(array_literal(objects));
    values.emplace_back(std::to_string(spread.count()));
    const auto rows = co_await connection.query(kLoad, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<PullState> states;
    for (int row = 0; row < rows->size(); ++row) {
        auto& state = states.emplace_back();
        state.object = rows->string(row, 0);
        state.cursor = rows->string(row, 1);
        state.generation = rows->integer(row, 2);
        state.is_full = rows->boolean(row, 3);
        state.due = milliseconds(rows->integer(row, 4));
        state.asked = rows->integer(row, 5);
        state.failures = static_cast<int>(rows->integer(row, 6));
        state.last_error = rows->string(row, 7);
    }
    co_return states;
}

asio::awaitable<core::Result<std::vector<KnownRemote>>> known_remotes(
    Connection& connection,
    IntegrationKey key,
    std::string object,
    std::vector<std::string> remote_ids,
    milliseconds age
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(key.tenant_id));
    values.emplace_back(std::move(key.id));
    values.emplace_back(std::move(object));
    values.emplace_back(array_literal(remote_ids));
    values.emplace_back(std::to_string(age.count()));
    const auto rows = co_await connection.query(kKnown, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<KnownRemote> all;
    for (int row = 0; row < rows->size(); ++row) {
        auto& known = all.emplace_back();
        known.remote_id = rows->string(row, 0);
        if (!rows->is_null(row, 1)) {
            known.hash = rows->string(row, 1);
        }
        if (!rows->is_null(row, 2)) {
            known.changed_at = milliseconds(rows->integer(row, 2));
        }
        known.seen_job = rows->integer(row, 3);
        known.linked = rows->boolean(row, 4);
        known.pushed_job = rows->integer(row, 5);
        known.snapshot = rows->string(row, 6);
        known.remote_version = rows->string(row, 7);
        known.pushed_meanwhile = rows->boolean(row, 8);
        known.in_flight = rows->boolean(row, 9);
    }
    co_return all;
}

asio::awaitable<core::Result<PulledResult>> write_pulled_page(
    Connection& connection, Owner owner, PulledPage page
) {
    auto values = parameters_of(std::move(owner));
    values.emplace_back(std::move(page.object));
    values.emplace_back(std::to_string(page.generation));
    values.emplace_back(std::move(page.items));
    values.emplace_back(std::move(page.events));
    values.emplace_back(std::move(page.cursor));
    values.emplace_back(page.more ? "true" : "false");
    values.emplace_back(std::to_string(page.next_in.count()));
    values.emplace_back(std::to_string(page.asked));
    values.emplace_back(std::to_string(page.records));
    const auto rows = co_await connection.query(kPage, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    PulledResult result;
    result.written = !rows->empty();
    result.changes = result.written ? rows->integer(0, 0) : 0;
    co_return result;
}

asio::awaitable<core::Result<void>> note_pull_failure(
    Connection& connection, Owner owner, PullFailure failure
) {
    auto values = parameters_of(std::move(owner));
    values.emplace_back(std::move(failure.object));
    values.emplace_back(std::to_string(failure.generation));
    values.emplace_back(std::move(failure.error));
    values.emplace_back(std::to_string(failure.next_in.count()));
    values.emplace_back(failure.from_start ? "true" : "false");
    const auto rows = co_await connection.query(kFailure, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return core::Result<void>();
}

}  // namespace navette::store
