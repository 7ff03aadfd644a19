#include "daemon/store/integrations.hpp"

#include <boost/json/parse.hpp>

namespace navette::store {

namespace asio = boost::asio;

namespace {

constexpr Statement kLoad{"integration_load", R"sql(
SELECT i.tenant_id, i.id, i.integration_type, i.integration_name, i.state, i.config_public::text, i.config_encrypted,
       i.sync_direction, i.max_retries, i.version, i.sync_frequency,
       (extract(epoch FROM i.sync_requested_at) * 1000000)::bigint, (extract(epoch FROM l.flushed_at) * 1000000)::bigint,
       i.oauth_encrypted, i.oauth_version, i.sync_rules::text,
       navette.own_mappings(i.tenant_id, i.id)::text
FROM navette.tenant_integrations i
LEFT JOIN navette.leases l ON l.integration_id = i.id AND l.tenant_id = i.tenant_id
WHERE i.id = ANY ($1::text[])
)sql"};

constexpr Statement kState{"integration_state", R"sql(
UPDATE navette.tenant_integrations SET state = $3, state_reason = nullif($4, '')
WHERE tenant_id = $1 AND id = $2 RETURNING version
)sql"};

constexpr Statement kLastSync{"integration_last_sync", R"sql(
UPDATE navette.tenant_integrations
SET last_sync_at = now(), last_sync_status = $3, last_sync_error = nullif($4, ''),
    failures = CASE WHEN $5::boolean THEN 0 ELSE failures END + $6::integer,
    failing_since = CASE WHEN $6::integer = 0 AND $5::boolean THEN NULL
                         WHEN $6::integer = 0 THEN failing_since
                         WHEN $5::boolean THEN now() ELSE coalesce(failing_since, now()) END
WHERE tenant_id = $1 AND id = $2
RETURNING failures, coalesce(extract(epoch FROM now() - failing_since) * 1000, 0)::bigint
)sql"};

// Two tables, so that what an owner writes of its own stands behind its fence. A request that came after the
// one that was answered stays; taking one away is no change that the owner must notice, so the version stays
// too.
constexpr Statement kFlush{"integration_flush", R"sql(
WITH held AS (
    UPDATE navette.leases SET flushed_at = to_timestamp(0) + $5::bigint * interval '1 microsecond'
    WHERE tenant_id = $1 AND integration_id = $2 AND node_id = $3::uuid AND epoch = $4::bigint
    RETURNING tenant_id, integration_id
), answered AS (
    UPDATE navette.tenant_integrations i SET sync_requested_at = NULL
    FROM held WHERE i.tenant_id = held.tenant_id AND i.id = held.integration_id
      AND i.sync_requested_at <= to_timestamp(0) + $6::bigint * interval '1 microsecond'
)
SELECT FROM held
)sql"};

constexpr Statement kPublish{"catalogue_publish", R"sql(
INSERT INTO navette.available_integrations AS a
    (slug, name, category, description, auth_type, config_fields, capabilities, supported_objects, supported_events)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::text[], $8::text[], $9::text[])
ON CONFLICT (slug) DO UPDATE SET
    name = excluded.name, category = excluded.category, description = excluded.description, auth_type = excluded.auth_type,
    config_fields = excluded.config_fields, capabilities = excluded.capabilities,
    supported_objects = excluded.supported_objects, supported_events = excluded.supported_events, updated_at = now()
WHERE (a.name, a.category, a.description, a.auth_type, a.config_fields, a.capabilities, a.supported_objects, a.supported_events)
      IS DISTINCT FROM
      (excluded.name, excluded.category, excluded.description, excluded.auth_type, excluded.config_fields,
       excluded.capabilities, excluded.supported_objects, excluded.supported_events)
)sql"};

SyncDirection direction_of(std::string_view text) {
    if (text == "to_platform") {
        return SyncDirection::to_platform;
    }
    return text == "from_platform" ? SyncDirection::from_platform : SyncDirection::bidirectional;
}

using SystemTime = std::chrono::system_clock::time_point;

std::optional<SystemTime> moment(const Rows& rows, int row, int column) {
    return rows.is_null(row, column)
               ? std::nullopt
               : std::optional(SystemTime(std::chrono::microseconds(rows.integer(row, column))));
}

Parameter microseconds_text(SystemTime time) {
    return std::to_string(
        std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count()
    );
}

}  // namespace

asio::awaitable<core::Result<std::vector<IntegrationRow>>> load_integrations(
    Connection& connection, std::vector<std::string> integrations
) {
    const auto rows =
        co_await connection.query(kLoad, std::vector<Parameter>(1, array_literal(integrations)));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<IntegrationRow> loaded;
    for (int row = 0; row < rows->size(); ++row) {
        IntegrationRow one;
        one.key = IntegrationKey(rows->string(row, 0), rows->string(row, 1));
        one.slug = rows->string(row, 2);
        one.name = rows->string(row, 3);
        one.state = rows->string(row, 4);
        one.settings = boost::json::parse(rows->text(row, 5)).as_object();
        one.sealed_secrets = rows->is_null(row, 6) ? std::string() : rows->bytes(row, 6);
        one.direction = direction_of(rows->text(row, 7));
        if (!rows->is_null(row, 8)) {
            one.max_retries = static_cast<int>(rows->integer(row, 8));
        }
        one.version = rows->integer(row, 9);
        one.frequency = rows->string(row, 10);
        one.sync_requested_at = moment(*rows, row, 11);
        one.flushed_at = moment(*rows, row, 12);
        one.sealed_tokens = rows->is_null(row, 13) ? std::string() : rows->bytes(row, 13);
        one.oauth_version = rows->integer(row, 14);
        one.sync_rules = boost::json::parse(rows->text(row, 15)).as_object();
        one.mappings = config::read_tenant_rules(boost::json::parse(rows->text(row, 16)).as_array());
        loaded.push_back(std::move(one));
    }
    co_return loaded;
}

asio::awaitable<core::Result<std::int64_t>> set_integration_state(
    Connection& connection, IntegrationKey key, std::string state, std::string reason
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(key.tenant_id));
    values.emplace_back(std::move(key.id));
    values.emplace_back(std::move(state));
    values.emplace_back(std::move(reason));
    const auto rows = co_await connection.query(kState, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return rows->empty() ? 0 : rows->integer(0, 0);
}

asio::awaitable<core::Result<FailingSpell>> note_last_sync(Connection& connection, LastSync last) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(last.key.tenant_id));
    values.emplace_back(std::move(last.key.id));
    values.emplace_back(std::move(last.status));
    values.emplace_back(std::move(last.error));
    values.emplace_back(last.succeeded ? "true" : "false");
    values.emplace_back(std::to_string(last.failures));
    const auto rows = co_await connection.query(kLastSync, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    FailingSpell spell;
    if (!rows->empty()) {
        spell.failures = static_cast<int>(rows->integer(0, 0));
        spell.lasted = std::chrono::milliseconds(rows->integer(0, 1));
    }
    co_return spell;
}

asio::awaitable<core::Result<bool>> note_flush(Connection& connection, Flushed flushed) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(flushed.key.tenant_id));
    values.emplace_back(std::move(flushed.key.id));
    values.emplace_back(std::move(flushed.node_id));
    values.emplace_back(std::to_string(flushed.epoch));
    values.push_back(microseconds_text(flushed.at));
    values.push_back(flushed.answered ? microseconds_text(*flushed.answered) : std::nullopt);
    const auto rows = co_await connection.query(kFlush, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return !rows->empty();
}

asio::awaitable<core::Result<void>> publish_catalogue(
    Connection& connection, std::vector<CatalogueEntry> entries
) {
    std::vector<Call> calls;
    for (auto& entry : entries) {
        std::vector<Parameter> values;
        values.emplace_back(std::move(entry.slug));
        values.emplace_back(std::move(entry.name));
        values.emplace_back(std::move(entry.category));
        values.emplace_back(std::move(entry.description));
        values.emplace_back(std::move(entry.auth_type));
        values.emplace_back(std::move(entry.config_fields));
        values.emplace_back(array_literal(entry.capabilities));
        values.emplace_back(array_literal(entry.objects));
        values.emplace_back(array_literal(entry.events));
        calls.emplace_back(kPublish, std::move(values));
    }
    if (calls.empty()) {
        co_return core::Result<void>();
    }
    const auto done = co_await connection.transaction(std::move(calls));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

}  // namespace navette::store
