#include "daemon/store/sources.hpp"

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
          (extract(epoch FROM now() - last_run_at) * 1000)::bigint, (extract(epoch FROM now() - last_full_at) * 1000)::bigint
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

constexpr Statement kNote{"source_note", R"sql(
UPDATE navette.sync_cursors
SET position = CASE WHEN $7 = '' THEN $3::jsonb ELSE position END, last_run_at = CASE WHEN $7 = '' THEN now() ELSE last_run_at END,
    last_full_at = CASE WHEN $4::boolean AND $7 = '' THEN now() ELSE last_full_at END,
    requested = CASE WHEN requested = 'full' AND NOT $4::boolean THEN requested END,
    rows_read = rows_read + $5::bigint, rows_queued = rows_queued + $6::bigint, last_error = nullif($7, '')
WHERE tenant_id = $1 AND name = $2
)sql"};

std::string identifier(std::string_view name) {
    std::string quoted("\"");
    for (const char c : name) {
        quoted += c;
        if (c == '"') {
            quoted += c;
        }
    }
    return quoted + "\"";
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
    co_return std::optional<SourceTurn>(std::move(turn));
}

asio::awaitable<core::Result<std::vector<SourceRow>>> read_source(Connection& connection, SourcePage page) {
    const auto key = "s." + identifier(page.key);
    const auto change = "s." + identifier(page.change_column);
    std::string sql =
        "SELECT " + key + "::text, " + change + "::text, to_jsonb(s)::text FROM (" + page.query + "\n) s";
    std::vector<Parameter> values;
    if (page.after) {
        // Bare parameters: PostgreSQL gives them the columns' own types.
        sql += " WHERE (" + change + ", " + key + ") > ($1, $2)";
        values.emplace_back(std::move(page.after->first));
        values.emplace_back(std::move(page.after->second));
    }
    sql += " ORDER BY " + change + ", " + key + " LIMIT " + std::to_string(page.limit);
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

asio::awaitable<core::Result<std::int64_t>> offer_rows(
    Connection& connection, SourceOffer offer, std::vector<SourceRow> rows
) {
    std::string items("[");
    for (std::size_t n = 0; n < rows.size(); ++n) {
        items += n == 0 ? "" : ",";
        items += "{\"n\":" + std::to_string(n) +
                 ",\"entity_id\":" + json::serialize(json::value(rows[n].entity_id)) +
                 ",\"data\":" + rows[n].data + "}";
    }
    items += "]";
    json::object objects;
    for (const auto& [slug, object] : offer.objects) {
        objects[slug] = object;
    }
    std::vector<Parameter> values;
    values.emplace_back(std::move(offer.tenant));
    values.emplace_back(std::move(offer.source));
    values.emplace_back(std::move(offer.event_type));
    values.emplace_back(std::move(offer.entity_type));
    values.emplace_back(std::to_string(offer.priority));
    values.emplace_back(std::move(items));
    values.emplace_back(json::serialize(objects));
    const auto done = co_await connection.query(kOffer, std::move(values));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return done->integer(0, 0);
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
    const auto done = co_await connection.query(kNote, std::move(values));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

}  // namespace navette::store
