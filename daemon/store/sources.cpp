#include "daemon/store/sources.hpp"

#include "daemon/store/capture.hpp"
#include "daemon/store/capture_sql.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace navette::store {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

constexpr Statement kTake{"source_take", R"sql(
INSERT INTO navette.sync_cursors AS c (tenant_id, name, node_id, expires_at)
VALUES ($1, $2, $3::uuid, clock_timestamp() + $4::bigint * interval '1 millisecond')
ON CONFLICT (tenant_id, name) DO UPDATE SET node_id = excluded.node_id, expires_at = excluded.expires_at
WHERE c.node_id = excluded.node_id OR c.expires_at < clock_timestamp()
   OR NOT EXISTS (SELECT FROM navette.nodes n WHERE n.node_id = c.node_id AND n.expires_at > clock_timestamp())
RETURNING position::text, coalesce(requested, ''),
          (extract(epoch FROM now() - last_run_at) * 1000)::bigint, (extract(epoch FROM now() - last_full_at) * 1000)::bigint,
          full_position ->> 0, full_position ->> 1, deletes_approved
)sql"};

constexpr Statement kHold{"source_hold", R"sql(
UPDATE navette.sync_cursors
SET expires_at = clock_timestamp() + $4::bigint * interval '1 millisecond', full_position = coalesce($5::jsonb, full_position),
    paused_at = CASE WHEN $6::boolean THEN coalesce(paused_at, now()) END
WHERE tenant_id = $1 AND name = $2 AND node_id = $3::uuid
RETURNING 1
)sql"};

constexpr Statement kOffer{"source_offer", R"sql(
WITH offered AS (
    SELECT r.entity_id, r.data, md5(r.data::text) AS hash, r.n
    FROM jsonb_to_recordset($6::jsonb) AS r (n integer, entity_id text, data jsonb)
), targets AS (
    SELECT i.id, $7::jsonb ->> i.integration_type AS object
    FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
    WHERE i.tenant_id = $1 AND i.enabled AND i.sync_direction <> 'from_platform'
      AND navette.covers(a.supported_events, a.supported_objects, $3, $4)
), inserted AS (
    INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, data, priority, origin)
    SELECT $1, t.id, $3, $4, o.entity_id, o.data, $5::smallint, 'source:' || $2
    FROM offered o CROSS JOIN targets t
    LEFT JOIN navette.record_links l
        ON l.tenant_id = $1 AND l.integration_id = t.id AND l.object = t.object AND l.entity_id = o.entity_id
    -- The latest that this integration was given: its youngest pending job, else what was carried over.
    LEFT JOIN LATERAL (
        SELECT md5(q.data::text) AS hash FROM navette.sync_queue q
        WHERE navette.record_key(q.integration_id, q.entity_id) = navette.record_key(t.id, o.entity_id)
          AND q.integration_id = t.id AND q.entity_type = $4 AND q.entity_id = o.entity_id AND q.status = 'pending'
        ORDER BY q.id DESC LIMIT 1) pending ON true
    WHERE coalesce(pending.hash, l.local_hash) IS DISTINCT FROM o.hash
      AND NOT EXISTS (SELECT FROM navette.sync_queue q
                      WHERE q.integration_id = t.id AND q.entity_type = $4 AND q.entity_id = o.entity_id
                        AND q.status = 'failed' AND md5(q.data::text) = o.hash)
    ORDER BY o.n
    RETURNING integration_id
), woken AS (
    SELECT navette.wake(array_agg(DISTINCT integration_id)) FROM inserted HAVING count(*) > 0
)
SELECT (SELECT count(*) FROM inserted), (SELECT count(*) FROM woken)
)sql"};

constexpr Statement kOfferDeletes{"source_offer_deletes", R"sql(
WITH gone AS (
    SELECT DISTINCT d.key FROM jsonb_to_recordset($6::jsonb) AS d (key text, deleted boolean)
    WHERE d.deleted OR EXISTS (SELECT FROM navette.source_keys k WHERE k.tenant_id = $1 AND k.source = $2 AND k.entity_id = d.key)
), forgotten AS (
    DELETE FROM navette.source_keys k USING gone g WHERE k.tenant_id = $1 AND k.source = $2 AND k.entity_id = g.key
), targets AS (
    SELECT i.id, $7::jsonb ->> i.integration_type AS object
    FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
    WHERE i.tenant_id = $1 AND i.enabled AND i.sync_direction <> 'from_platform'
      AND navette.covers(a.supported_events, a.supported_objects, $3, $4)
), inserted AS (
    INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, operation, priority, origin)
    SELECT $1, t.id, $3, $4, g.key, 'delete', $5::smallint, 'source:' || $2
    FROM gone g CROSS JOIN targets t
    LEFT JOIN LATERAL (
        SELECT q.operation FROM navette.sync_queue q
        WHERE navette.record_key(q.integration_id, q.entity_id) = navette.record_key(t.id, g.key)
          AND q.integration_id = t.id AND q.entity_type = $4 AND q.entity_id = g.key AND q.status = 'pending'
          AND q.direction = 'to_platform'
        ORDER BY q.id DESC LIMIT 1) pending ON true
    WHERE CASE WHEN pending.operation IS NULL
               THEN EXISTS (SELECT FROM navette.record_links l
                            WHERE l.tenant_id = $1 AND l.integration_id = t.id AND l.object = t.object AND l.entity_id = g.key
                              AND NOT l.gone)
               ELSE pending.operation <> 'delete' END
      AND NOT EXISTS (SELECT FROM navette.sync_queue q
                      WHERE q.integration_id = t.id AND q.entity_type = $4 AND q.entity_id = g.key
                        AND q.status = 'failed' AND q.operation = 'delete')
    RETURNING integration_id
), woken AS (
    SELECT navette.wake(array_agg(DISTINCT integration_id)) FROM inserted HAVING count(*) > 0
)
SELECT (SELECT count(*) FROM inserted), (SELECT count(*) FROM woken)
)sql"};

constexpr Statement kKeepKeys{"source_keep_keys", R"sql(
INSERT INTO navette.source_keys (tenant_id, source, entity_id) SELECT $1, $2, unnest($3::text[]) ON CONFLICT DO NOTHING
)sql"};

constexpr Statement kKnownKeys{"source_known_keys", R"sql(
SELECT entity_id FROM navette.source_keys WHERE tenant_id = $1 AND source = $2 AND entity_id > $3
ORDER BY entity_id LIMIT $4::integer
)sql"};

constexpr Statement kAskFull{"source_ask_full", R"sql(
UPDATE navette.sync_cursors SET requested = 'full', full_position = NULL WHERE tenant_id = $1 AND name = $2
)sql"};

// The second mention of the origin is the index's own condition.
constexpr Statement kUnfinished{"source_unfinished", R"sql(
SELECT count(*) FROM (
    SELECT FROM navette.sync_queue q
    WHERE q.tenant_id = $1 AND q.origin = 'source:' || $2 AND q.status = 'pending' AND q.origin LIKE 'source:%'
      AND EXISTS (SELECT FROM navette.tenant_integrations i
                  WHERE i.tenant_id = $1 AND i.id = q.integration_id AND i.enabled)
    LIMIT $3::bigint) counted
)sql"};

constexpr Statement kNoteCapture{"source_note_capture", R"sql(
UPDATE navette.sync_cursors SET capture = nullif($3, '') WHERE tenant_id = $1 AND name = $2
)sql"};

constexpr Statement kNote{"source_note", R"sql(
UPDATE navette.sync_cursors
SET position = CASE WHEN $9::boolean AND $7 = '' THEN $3::jsonb ELSE position END,
    last_run_at = CASE WHEN $9::boolean AND $7 = '' THEN now() ELSE last_run_at END,
    last_full_at = CASE WHEN $4::boolean AND $7 = '' THEN now() ELSE last_full_at END,
    requested = CASE WHEN NOT $9::boolean OR (requested = 'full' AND NOT $4::boolean) THEN requested END,
    full_position = CASE WHEN $4::boolean AND $7 = '' THEN NULL ELSE full_position END, paused_at = NULL,
    deletes_approved = deletes_approved AND NOT ($4::boolean AND $7 = ''),
    vanished = CASE WHEN $4::boolean AND $7 = '' THEN nullif($10, '') ELSE vanished END,
    rows_read = rows_read + $5::bigint, rows_queued = rows_queued + $6::bigint, keys_captured = keys_captured + $8::bigint,
    last_error = CASE WHEN $9::boolean OR $7 <> '' THEN nullif($7, '') ELSE last_error END
WHERE tenant_id = $1 AND name = $2
)sql"};

std::string identifier(std::string_view name) {
    return quoted_identifier(name);
}

/// A place as the JSON array that full_position holds.
Parameter place_text(const std::optional<std::pair<std::string, std::string>>& place) {
    return place ? Parameter(json::serialize(json::array{place->first, place->second})) : Parameter();
}

std::optional<std::chrono::milliseconds> span_at(const Rows& rows, int column) {
    if (rows.is_null(0, column)) {
        return std::nullopt;
    }
    return std::chrono::milliseconds(rows.integer(0, column));
}

}  // namespace

asio::awaitable<core::Result<std::optional<SourceTurn>>> take_source(
    Connection& connection,
    std::string tenant,
    std::string name,
    std::string node_id,
    std::chrono::milliseconds lease
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(tenant));
    values.emplace_back(std::move(name));
    values.emplace_back(std::move(node_id));
    values.emplace_back(std::to_string(lease.count()));
    const auto rows = co_await connection.query(kTake, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    if (rows->empty()) {
        co_return std::optional<SourceTurn>();
    }
    SourceTurn turn;
    turn.position = json::parse(rows->text(0, 0));
    turn.requested = !rows->text(0, 1).empty();
    turn.full_requested = rows->text(0, 1) == "full";
    turn.since_run = span_at(*rows, 2);
    turn.since_full = span_at(*rows, 3);
    if (!rows->is_null(0, 4) && !rows->is_null(0, 5)) {
        turn.full_position = {rows->string(0, 4), rows->string(0, 5)};
    }
    turn.deletes_approved = rows->boolean(0, 6);
    co_return std::optional<SourceTurn>(std::move(turn));
}

asio::awaitable<core::Result<bool>> hold_source(Connection& connection, SourceHold hold) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(hold.tenant));
    values.emplace_back(std::move(hold.name));
    values.emplace_back(std::move(hold.node_id));
    values.emplace_back(std::to_string(hold.lease.count()));
    values.push_back(place_text(hold.full_position));
    values.emplace_back(hold.paused ? "true" : "false");
    const auto rows = co_await connection.query(kHold, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return !rows->empty();
}

asio::awaitable<core::Result<std::vector<SourceRow>>> read_source(Connection& connection, SourcePage page) {
    const auto key = "s." + identifier(page.key);
    const bool has_mark = !page.change_column.empty();
    const auto change = has_mark ? "s." + identifier(page.change_column) : std::string("''");
    std::string sql =
        "SELECT " + key + "::text, " + change + "::text, to_jsonb(s)::text FROM (" + page.query + "\n) s";
    std::vector<Parameter> values;
    if (page.after) {
        // Bare parameters: PostgreSQL gives them the columns' own types.
        if (has_mark) {
            sql += " WHERE (" + change + ", " + key + ") > ($1, $2)";
            values.emplace_back(std::move(page.after->first));
        } else {
            sql += " WHERE " + key + " > $1";
        }
        values.emplace_back(std::move(page.after->second));
    }
    sql += " ORDER BY " + (has_mark ? change + ", " : std::string()) + key + " LIMIT " +
           std::to_string(page.limit);
    const auto rows = co_await connection.run(std::move(sql), std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<SourceRow> read;
    for (int row = 0; row < rows->size(); ++row) {
        if (rows->is_null(row, 0) || rows->is_null(row, 1)) {
            // Without both there is no place to go on from.
            const auto& missing = rows->is_null(row, 0) ? page.key : page.change_column;
            co_return core::failure(
                core::ErrorKind::invalid,
                "the row with " + page.key + " '" + rows->string(row, 0) + "' has no " + missing +
                    "; make the query give one for every row, such as coalesce(updated_at, created_at)"
            );
        }
        read.push_back({rows->string(row, 0), rows->string(row, 1), rows->string(row, 2)});
    }
    co_return read;
}

asio::awaitable<core::Result<std::vector<SourceRow>>> read_source_keys(
    Connection& connection, SourcePage page, std::vector<std::string> keys
) {
    const auto key = "s." + identifier(page.key);
    std::string sql = "SELECT " + key + "::text, to_jsonb(s)::text FROM (" + page.query + "\n) s WHERE " +
                      key + " = ANY ($1)";
    std::vector<Parameter> values;
    values.emplace_back(array_literal(keys));
    const auto rows = co_await connection.run(std::move(sql), std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<SourceRow> read;
    for (int row = 0; row < rows->size(); ++row) {
        read.push_back({rows->string(row, 0), std::string(), rows->string(row, 1)});
    }
    co_return read;
}

namespace {

/// The parameters that kOffer and kOfferDeletes share; `items` is what they differ in.
std::vector<Parameter> offer_values(const SourceOffer& offer, std::string items) {
    json::object objects;
    for (const auto& [slug, object] : offer.objects) {
        objects[slug] = object;
    }
    std::vector<Parameter> values;
    values.emplace_back(offer.tenant);
    values.emplace_back(offer.source);
    values.emplace_back(offer.event_type);
    values.emplace_back(offer.entity_type);
    values.emplace_back(std::to_string(offer.priority));
    values.emplace_back(std::move(items));
    values.emplace_back(json::serialize(objects));
    return values;
}

std::string row_items(const std::vector<SourceRow>& rows) {
    std::string items("[");
    for (std::size_t n = 0; n < rows.size(); ++n) {
        items += n == 0 ? "" : ",";
        items += "{\"n\":" + std::to_string(n) +
                 ",\"entity_id\":" + json::serialize(json::value(rows[n].entity_id)) +
                 ",\"data\":" + rows[n].data + "}";
    }
    return items + "]";
}

std::string missing_items(const std::vector<MissingKey>& missing) {
    json::array items;
    for (const auto& one : missing) {
        items.push_back({{"key", one.entity_id}, {"deleted", one.deleted}});
    }
    return json::serialize(items);
}

std::vector<Parameter> names(const SourceOffer& offer) {
    std::vector<Parameter> values;
    values.emplace_back(offer.tenant);
    values.emplace_back(offer.source);
    return values;
}

}  // namespace

asio::awaitable<core::Result<std::int64_t>> offer_news(
    Connection& connection, SourceOffer offer, SourceNews news
) {
    std::vector<Call> calls;
    if (!news.rows.empty()) {
        calls.emplace_back(kOffer, offer_values(offer, row_items(news.rows)));
    }
    if (!news.missing.empty()) {
        calls.emplace_back(kOfferDeletes, offer_values(offer, missing_items(news.missing)));
    }
    const auto making_jobs = calls.size();
    if (offer.keeps_keys && !news.rows.empty()) {
        std::vector<std::string> keys;
        for (const auto& row : news.rows) {
            keys.push_back(row.entity_id);
        }
        auto values = names(offer);
        values.emplace_back(array_literal(keys));
        calls.emplace_back(kKeepKeys, std::move(values));
    }
    if (news.everything) {
        calls.emplace_back(kAskFull, names(offer));
    }
    if (!news.captured.empty()) {
        calls.push_back(forgetting_captured(offer.source, news.captured));
    }
    if (calls.empty()) {
        co_return 0;
    }
    const auto done = co_await connection.transaction(std::move(calls));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    std::int64_t jobs = 0;
    for (std::size_t n = 0; n < making_jobs; ++n) {
        jobs += (*done)[n].integer(0, 0);
    }
    co_return jobs;
}

asio::awaitable<core::Result<std::int64_t>> offer_rows(
    Connection& connection, SourceOffer offer, std::vector<SourceRow> rows
) {
    SourceNews news;
    news.rows = std::move(rows);
    co_return co_await offer_news(connection, std::move(offer), std::move(news));
}

asio::awaitable<core::Result<std::vector<std::string>>> known_keys(
    Connection& connection, std::string tenant, std::string source, std::string after, int limit
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(tenant));
    values.emplace_back(std::move(source));
    values.emplace_back(std::move(after));
    values.emplace_back(std::to_string(limit));
    const auto rows = co_await connection.query(kKnownKeys, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<std::string> keys;
    for (int row = 0; row < rows->size(); ++row) {
        keys.push_back(rows->string(row, 0));
    }
    co_return keys;
}

asio::awaitable<core::Result<std::int64_t>> count_unfinished(
    Connection& connection, std::string tenant, std::string source, std::int64_t most
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(tenant));
    values.emplace_back(std::move(source));
    values.emplace_back(std::to_string(most));
    const auto rows = co_await connection.query(kUnfinished, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return rows->integer(0, 0);
}

asio::awaitable<core::Result<void>> note_capture(
    Connection& connection, std::string tenant, std::string name, std::string capture
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(tenant));
    values.emplace_back(std::move(name));
    values.emplace_back(std::move(capture));
    const auto done = co_await connection.query(kNoteCapture, std::move(values));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

asio::awaitable<core::Result<void>> note_source_run(Connection& connection, SourceRun run) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(run.tenant));
    values.emplace_back(std::move(run.name));
    values.emplace_back(json::serialize(run.position));
    values.emplace_back(run.full ? "true" : "false");
    values.emplace_back(std::to_string(run.rows_read));
    values.emplace_back(std::to_string(run.rows_queued));
    values.emplace_back(std::move(run.error));
    values.emplace_back(std::to_string(run.keys_captured));
    values.emplace_back(run.swept ? "true" : "false");
    values.emplace_back(std::move(run.vanished));
    const auto done = co_await connection.query(kNote, std::move(values));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

}  // namespace navette::store
