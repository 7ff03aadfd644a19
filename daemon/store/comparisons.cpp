#include "daemon/store/comparisons.hpp"

#include <algorithm>

namespace navette::store {

namespace asio = boost::asio;
using std::chrono::milliseconds;

namespace {

// A comparison of its own accord begins only where none stands; a plan that waits for a person is not pushed
// aside.
constexpr Statement kLook{"comparison_look", "WITH " NAVETTE_HELD R"sql(, expired AS (
    UPDATE navette.comparisons c SET state = 'expired', finished_at = now()
    FROM held h WHERE c.tenant_id = h.tenant_id AND c.integration_id = h.integration_id AND c.state = 'ready' AND c.expires_at <= now()
    RETURNING c.id
), own AS MATERIALIZED (
    SELECT c.* FROM navette.comparisons c JOIN held USING (tenant_id, integration_id)
    WHERE c.state IN ('reading', 'ready', 'approved', 'applying', 'paused')
), asked AS MATERIALIZED (
    SELECT navette.ask_comparison(i.tenant_id, i.id, 'reconcile', NULL, 'reconcile.every', $6::double precision, $7::bigint, false,
                                  '24 hours') AS answer
    FROM held h JOIN navette.tenant_integrations i ON i.tenant_id = h.tenant_id AND i.id = h.integration_id
    WHERE $5::bigint > 0 AND i.state = 'active' AND i.sync_direction <> 'to_platform' AND NOT EXISTS (SELECT FROM own)
      AND coalesce((SELECT max(c.created_at) FROM navette.comparisons c
                    WHERE c.tenant_id = i.tenant_id AND c.integration_id = i.id), i.created_at)
          <= now() - $5::bigint * interval '1 millisecond'
)
SELECT o.id, o.kind = 'first', o.state, coalesce(o.object, ''), array_to_json(o.objects)::text, coalesce(o.objects[o.place], ''),
       o.phase, o.cursor::text, o.step, o.failures, coalesce(o.last_error, ''),
       ceil(extract(epoch FROM o.next_at - now()) * 1000)::bigint,
       (SELECT c.counts::text FROM navette.comparisons c JOIN held USING (tenant_id, integration_id)
        WHERE c.kind = 'reconcile' AND c.ready_at IS NOT NULL AND c.object IS NULL ORDER BY c.id DESC LIMIT 1),
       (SELECT asked.answer ->> 'id' FROM asked), (SELECT count(*) FROM expired),
       (SELECT c.state = 'done' AND NOT c.dry_run FROM navette.comparisons c JOIN held USING (tenant_id, integration_id)
        WHERE c.kind = 'reconcile' AND c.ready_at IS NOT NULL AND c.object IS NULL ORDER BY c.id DESC LIMIT 1),
       EXISTS (SELECT FROM navette.comparisons c JOIN held USING (tenant_id, integration_id))
FROM (SELECT 1) one
LEFT JOIN own o ON o.state IN ('reading', 'approved', 'applying')
)sql"};

constexpr Statement kBegin{"comparison_begin", "WITH " NAVETTE_HELD R"sql(
UPDATE navette.comparisons c SET objects = $6::text[], step = c.step + 1
FROM held h WHERE c.tenant_id = h.tenant_id AND c.id = $5::bigint AND c.state = 'reading' AND c.objects IS NULL
RETURNING c.id
)sql"};

constexpr Statement kFail{"comparison_fail", "WITH " NAVETTE_HELD R"sql(
UPDATE navette.comparisons c SET state = 'failed', last_error = $6, finished_at = now(), step = c.step + 1
FROM held h WHERE c.tenant_id = h.tenant_id AND c.id = $5::bigint AND c.state = 'reading'
)sql"};

// Rows that are not wanted are read without their data: each step looks at so many, however few are wanted.
constexpr Statement kWaiting{"comparison_waiting", R"sql(
SELECT q.entity_type, q.entity_id,
       CASE WHEN q.direction = 'to_platform' AND q.operation <> 'delete' AND q.entity_type = ANY ($3::text[])
                 AND NOT starts_with(q.origin, 'sync') THEN q.data::text END,
       json_build_object('priority', q.priority, 'id', q.id)::text
FROM navette.sync_queue q
WHERE q.integration_id = $2 AND q.tenant_id = $1 AND q.status = 'pending' AND NOT q.deferred
  AND (q.priority, q.id) > (coalesce(($4::jsonb ->> 'priority')::integer, 0), coalesce(($4::jsonb ->> 'id')::bigint, 0))
ORDER BY q.priority, q.id LIMIT $5::bigint
)sql"};

constexpr Statement kKeyless{"comparison_keyless", R"sql(
SELECT r.entity_type, r.entity_id,
       CASE WHEN NOT r.deleted AND NOT EXISTS (
                SELECT FROM navette.record_keys k
                WHERE k.tenant_id = r.tenant_id AND k.entity_type = r.entity_type AND k.entity_id = r.entity_id)
            THEN r.data::text END,
       json_build_object('type', r.entity_type, 'id', r.entity_id)::text
FROM unnest($3::text[]) AS t (type) CROSS JOIN LATERAL (
    SELECT * FROM navette.records o
    WHERE o.tenant_id = $1 AND o.entity_type = t.type
      AND o.entity_id > CASE t.type WHEN $4::jsonb ->> 'type' THEN $4::jsonb ->> 'id' ELSE '' END
    ORDER BY o.entity_id LIMIT $5::bigint) r
WHERE $2 <> '' AND t.type >= coalesce($4::jsonb ->> 'type', '')
ORDER BY r.entity_type, r.entity_id LIMIT $5::bigint
)sql"};

constexpr Statement kGather{"comparison_gather", "WITH " NAVETTE_HELD R"sql(
SELECT navette.gather_compared(tenant_id, $5::bigint, $6::bigint, $7::jsonb, $8::jsonb) FROM held
)sql"};

constexpr Statement kPage{"comparison_page", "WITH " NAVETTE_HELD R"sql(
SELECT navette.write_compared_page(tenant_id, $5::bigint, $6::bigint, $7::jsonb, $8::jsonb, $9::boolean) FROM held
)sql"};

constexpr Statement kStep{"comparison_step", "WITH " NAVETTE_HELD R"sql(
SELECT navette.step_comparison(tenant_id, $5::bigint, $6::bigint, $7::integer, $8::text[]) FROM held
)sql"};

constexpr Statement kSkip{"comparison_skip", "WITH " NAVETTE_HELD R"sql(
SELECT navette.skip_compared_object(tenant_id, $5::bigint, $6::bigint, $7) FROM held
)sql"};

constexpr Statement kFailure{"comparison_failure", "WITH " NAVETTE_HELD R"sql(
UPDATE navette.comparisons c
SET failures = c.failures + 1, last_error = $7, next_at = now() + $8::bigint * interval '1 millisecond',
    cursor = CASE WHEN $9::boolean THEN 'null' ELSE c.cursor END, step = c.step + 1
FROM held h WHERE c.tenant_id = h.tenant_id AND c.id = $5::bigint AND c.step = $6::bigint AND c.state = 'reading'
RETURNING true
)sql"};

constexpr Statement kApplying{"comparison_applying", "WITH " NAVETTE_HELD R"sql(
SELECT true FROM held, navette.begin_applying(held.tenant_id, $5::bigint)
)sql"};

constexpr Statement kApply{"comparison_apply", "WITH " NAVETTE_HELD R"sql(, applied AS MATERIALIZED (
    SELECT navette.apply_comparison(tenant_id, $5::bigint, $6::integer, $7::boolean) AS answer FROM held
)
SELECT answer ->> 'state', (answer ->> 'made')::bigint FROM applied
)sql"};

// In pieces: a million rows in one statement would keep the connection from others for too long.
constexpr Statement kTidySeen{"comparison_tidy_seen", R"sql(
WITH gone AS (
    DELETE FROM navette.comparison_seen s WHERE s.ctid = ANY (ARRAY(
        SELECT o.ctid FROM navette.comparison_seen o
        JOIN navette.comparisons c ON c.tenant_id = o.tenant_id AND c.id = o.comparison_id
        WHERE c.tenant_id = $1 AND c.integration_id = $2 AND c.state NOT IN ('reading', 'paused')
        LIMIT $4::bigint) || ARRAY[]::tid[])
    RETURNING 1
), old AS (
    DELETE FROM navette.comparison_items i WHERE i.ctid = ANY (ARRAY(
        SELECT o.ctid FROM navette.comparison_items o
        JOIN navette.comparisons c ON c.tenant_id = o.tenant_id AND c.id = o.comparison_id
        WHERE c.tenant_id = $1 AND c.integration_id = $2 AND c.finished_at < now() - $3::bigint * interval '1 hour'
        LIMIT $4::bigint) || ARRAY[]::tid[])
    RETURNING 1
)
SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM old)
)sql"};

constexpr Statement kTidyOld{"comparison_tidy_old", R"sql(
DELETE FROM navette.comparisons c
WHERE c.tenant_id = $1 AND c.integration_id = $2 AND c.finished_at < now() - $3::bigint * interval '1 hour'
  -- The last one tells when the next is due.
  AND EXISTS (SELECT FROM navette.comparisons n
              WHERE n.tenant_id = c.tenant_id AND n.integration_id = c.integration_id AND n.id > c.id)
)sql"};

std::vector<Parameter> placed(Owner owner, const ComparisonState& state) {
    auto values = parameters_of(std::move(owner));
    values.emplace_back(std::to_string(state.id));
    values.emplace_back(std::to_string(state.step));
    return values;
}

/// Whether the statement's one answer is true.
asio::awaitable<core::Result<bool>> took_effect(
    Connection& connection, const Statement& statement, std::vector<Parameter> values
) {
    const auto rows = co_await connection.query(statement, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return !rows->empty() && rows->boolean(0, 0);
}

/// ["contact","company"]: names of objects need no escapes.
std::vector<std::string> words_of(std::string_view list) {
    std::vector<std::string> words;
    for (auto from = list.find('"'); from != std::string_view::npos; from = list.find('"', from)) {
        const auto to = list.find('"', from + 1);
        words.emplace_back(list.substr(from + 1, to - from - 1));
        from = to + 1;
    }
    return words;
}

asio::awaitable<core::Result<GatheredPage>> gathered(
    Connection& connection,
    const Statement& statement,
    IntegrationKey key,
    std::vector<std::string> entity_types,
    std::string cursor,
    int size
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(key.tenant_id));
    values.emplace_back(std::move(key.id));
    values.emplace_back(array_literal(entity_types));
    values.emplace_back(std::move(cursor));
    values.emplace_back(std::to_string(size));
    const auto rows = co_await connection.query(statement, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    GatheredPage page;
    page.next = "null";
    for (int row = 0; row < rows->size(); ++row) {
        if (!rows->is_null(row, 2)) {
            page.records.push_back({rows->string(row, 0), rows->string(row, 1), rows->string(row, 2)});
        }
    }
    if (rows->size() == size) {
        page.next = rows->string(size - 1, 3);
    }
    co_return page;
}

}  // namespace

asio::awaitable<core::Result<ComparisonLook>> look_at_comparisons(
    Connection& connection, Owner owner, ReconcileRule rule
) {
    auto values = parameters_of(std::move(owner));
    values.emplace_back(std::to_string(rule.every.count()));
    values.emplace_back(std::to_string(rule.repair_share));
    values.emplace_back(std::to_string(rule.repair_most));
    const auto again = values;
    auto rows = co_await connection.query(kLook, std::move(values));
    if (rows && !rows->empty() && rows->is_null(0, 0) && !rows->is_null(0, 13)) {
        rows = co_await connection.query(kLook, again);  // one was just begun
    }
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    ComparisonLook look;
    if (rows->empty()) {
        co_return look;
    }
    if (!rows->is_null(0, 12)) {
        look.drift = rows->string(0, 12);
        look.is_repaired = rows->boolean(0, 15);
    }
    look.has_any = rows->boolean(0, 16);
    if (!rows->is_null(0, 0)) {
        auto& state = look.under_way.emplace();
        state.id = rows->integer(0, 0);
        state.is_first = rows->boolean(0, 1);
        state.state = rows->string(0, 2);
        state.object = rows->string(0, 3);
        if (!rows->is_null(0, 4)) {
            state.objects = words_of(rows->text(0, 4));
        }
        state.at_object = rows->string(0, 5);
        state.phase = rows->string(0, 6);
        state.cursor = rows->string(0, 7);
        state.step = rows->integer(0, 8);
        state.failures = static_cast<int>(rows->integer(0, 9));
        state.last_error = rows->string(0, 10);
        state.due = milliseconds(rows->integer(0, 11));
    }
    co_return look;
}

asio::awaitable<core::Result<bool>> begin_comparison(
    Connection& connection, Owner owner, std::int64_t id, std::vector<std::string> objects
) {
    auto values = parameters_of(std::move(owner));
    values.emplace_back(std::to_string(id));
    values.emplace_back(array_literal(objects));
    const auto rows = co_await connection.query(kBegin, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return !rows->empty();
}

asio::awaitable<core::Result<void>> fail_comparison(
    Connection& connection, Owner owner, std::int64_t id, std::string sentence
) {
    auto values = parameters_of(std::move(owner));
    values.emplace_back(std::to_string(id));
    values.emplace_back(std::move(sentence));
    const auto rows = co_await connection.query(kFail, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return core::Result<void>();
}

asio::awaitable<core::Result<GatheredPage>> waiting_records(
    Connection& connection,
    IntegrationKey key,
    std::vector<std::string> entity_types,
    std::string cursor,
    int size
) {
    return gathered(connection, kWaiting, std::move(key), std::move(entity_types), std::move(cursor), size);
}

asio::awaitable<core::Result<GatheredPage>> keyless_records(
    Connection& connection,
    IntegrationKey key,
    std::vector<std::string> entity_types,
    std::string cursor,
    int size
) {
    return gathered(connection, kKeyless, std::move(key), std::move(entity_types), std::move(cursor), size);
}

asio::awaitable<core::Result<bool>> gather_compared(
    Connection& connection, Owner owner, ComparisonState state, std::string records, std::string next
) {
    auto values = placed(std::move(owner), state);
    values.emplace_back(std::move(records));
    values.emplace_back(std::move(next));
    return took_effect(connection, kGather, std::move(values));
}

asio::awaitable<core::Result<bool>> write_compared_page(
    Connection& connection,
    Owner owner,
    ComparisonState state,
    std::string records,
    std::string next,
    bool more
) {
    auto values = placed(std::move(owner), state);
    values.emplace_back(std::move(records));
    values.emplace_back(std::move(next));
    values.emplace_back(more ? "true" : "false");
    return took_effect(connection, kPage, std::move(values));
}

asio::awaitable<core::Result<bool>> step_comparison(
    Connection& connection,
    Owner owner,
    ComparisonState state,
    std::vector<std::string> entity_types,
    int size
) {
    auto values = placed(std::move(owner), state);
    values.emplace_back(std::to_string(size));
    values.emplace_back(array_literal(entity_types));
    return took_effect(connection, kStep, std::move(values));
}

asio::awaitable<core::Result<bool>> skip_compared_object(
    Connection& connection, Owner owner, ComparisonState state, std::string sentence
) {
    auto values = placed(std::move(owner), state);
    values.emplace_back(std::move(sentence));
    return took_effect(connection, kSkip, std::move(values));
}

asio::awaitable<core::Result<bool>> note_comparison_failure(
    Connection& connection,
    Owner owner,
    ComparisonState state,
    std::string sentence,
    milliseconds next_in,
    bool from_start
) {
    auto values = placed(std::move(owner), state);
    values.emplace_back(std::move(sentence));
    values.emplace_back(std::to_string(next_in.count()));
    values.emplace_back(from_start ? "true" : "false");
    return took_effect(connection, kFailure, std::move(values));
}

asio::awaitable<core::Result<bool>> begin_applying(Connection& connection, Owner owner, std::int64_t id) {
    auto values = parameters_of(std::move(owner));
    values.emplace_back(std::to_string(id));
    return took_effect(connection, kApplying, std::move(values));
}

asio::awaitable<core::Result<ApplyStep>> apply_comparison(
    Connection& connection, Owner owner, std::int64_t id, int size, bool fetches
) {
    auto values = parameters_of(std::move(owner));
    values.emplace_back(std::to_string(id));
    values.emplace_back(std::to_string(size));
    values.emplace_back(fetches ? "true" : "false");
    const auto rows = co_await connection.query(kApply, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    ApplyStep step;
    if (!rows->empty()) {
        step.is_ours = true;
        step.state = rows->is_null(0, 0) ? std::string() : rows->string(0, 0);
        step.made = rows->integer(0, 1);
    }
    co_return step;
}

asio::awaitable<core::Result<bool>> tidy_comparisons(
    Connection& connection, IntegrationKey key, std::chrono::hours age, int size
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(key.tenant_id));
    values.emplace_back(std::move(key.id));
    values.emplace_back(std::to_string(age.count()));
    auto old = values;
    values.emplace_back(std::to_string(size));
    const auto rows = co_await connection.query(kTidySeen, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    if (rows->integer(0, 0) > 0) {
        co_return false;
    }
    const auto gone = co_await connection.query(kTidyOld, std::move(old));
    if (!gone) {
        co_return std::unexpected(gone.error());
    }
    co_return true;
}

}  // namespace navette::store
