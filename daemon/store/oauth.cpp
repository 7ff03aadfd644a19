#include "daemon/store/oauth.hpp"

namespace navette::store {

namespace asio = boost::asio;

namespace {

// The lease is locked against a change of its epoch while the note is written, as starts do. A note of this
// very owner is its own attempt that came to no answer.
constexpr Statement kBegin{"oauth_begin", R"sql(
WITH held AS MATERIALIZED (
    SELECT l.tenant_id, l.integration_id FROM navette.leases l
    WHERE l.tenant_id = $1 AND l.integration_id = $2 AND l.node_id = $3::uuid AND l.epoch = $4::bigint
      AND EXISTS (SELECT FROM navette.nodes n WHERE n.node_id = l.node_id AND n.expires_at > clock_timestamp())
    FOR KEY SHARE OF l
), before AS MATERIALIZED (
    SELECT i.tenant_id, i.id, i.oauth_version, i.oauth_encrypted, i.oauth_spent_at,
           (extract(epoch FROM clock_timestamp() - i.oauth_spent_at) * 1000)::bigint AS spent_for
    FROM navette.tenant_integrations i JOIN held ON i.tenant_id = held.tenant_id AND i.id = held.integration_id
    FOR UPDATE OF i
), begun AS (
    UPDATE navette.tenant_integrations i
    SET oauth_spent_at = CASE WHEN $6::boolean THEN coalesce(i.oauth_spent_at, clock_timestamp()) END,
        oauth_spent_epoch = $4::bigint
    FROM before b
    WHERE i.tenant_id = b.tenant_id AND i.id = b.id AND b.oauth_version = $5::bigint
      AND (NOT $6::boolean OR b.oauth_spent_at IS NULL OR b.spent_for < $7::bigint)
    RETURNING i.id
)
SELECT EXISTS (SELECT FROM begun), b.oauth_version, b.oauth_encrypted, b.spent_for FROM before b
)sql"};

constexpr Statement kAbandon{"oauth_abandon", R"sql(
UPDATE navette.tenant_integrations SET oauth_spent_at = NULL, oauth_spent_epoch = NULL
WHERE tenant_id = $1 AND id = $2 AND oauth_version = $3::bigint AND oauth_spent_epoch = $4::bigint
)sql"};

// An integration that was held for want of these tokens works again; then its owner must read the row, so the
// trigger raises the version because of the state.
constexpr Statement kFinish{"oauth_finish", R"sql(
WITH stored AS (
    UPDATE navette.tenant_integrations
    SET oauth_encrypted = $5::bytea, oauth_version = oauth_version + 1, oauth_spent_at = NULL, oauth_spent_epoch = NULL,
        oauth_expires_at = to_timestamp(0) + $6::bigint * interval '1 microsecond',
        state = CASE WHEN state = 'needs_reauth' THEN 'active' ELSE state END,
        state_reason = CASE WHEN state = 'needs_reauth' THEN NULL ELSE state_reason END
    WHERE tenant_id = $1 AND id = $2 AND oauth_version = $3::bigint AND oauth_spent_epoch = $4::bigint
    RETURNING oauth_encrypted, oauth_version
)
SELECT true, oauth_encrypted, oauth_version FROM stored
UNION ALL
SELECT false, oauth_encrypted, oauth_version FROM navette.tenant_integrations
WHERE tenant_id = $1 AND id = $2 AND NOT EXISTS (SELECT FROM stored)
)sql"};

std::string bytes_at(const Rows& rows, int row, int column) {
    return rows.is_null(row, column) ? std::string() : rows.bytes(row, column);
}

}  // namespace

asio::awaitable<core::Result<RenewalStart>> begin_renewal(Connection& connection, Renewal renewal) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(renewal.key.tenant_id));
    values.emplace_back(std::move(renewal.key.id));
    values.emplace_back(std::move(renewal.node_id));
    values.emplace_back(std::to_string(renewal.epoch));
    values.emplace_back(std::to_string(renewal.oauth_version));
    values.emplace_back(renewal.spends ? "true" : "false");
    values.emplace_back(std::to_string(renewal.grace.count()));
    const auto rows = co_await connection.query(kBegin, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    RenewalStart start;
    if (rows->empty()) {
        co_return start;
    }
    start.oauth_version = rows->integer(0, 1);
    start.sealed_tokens = bytes_at(*rows, 0, 2);
    start.spent_for = std::chrono::milliseconds(rows->integer(0, 3));
    if (rows->boolean(0, 0)) {
        start.kind = RenewalStart::Kind::begun;
        start.again = renewal.spends && !rows->is_null(0, 3);
    } else {
        start.kind = start.oauth_version == renewal.oauth_version ? RenewalStart::Kind::spent
                                                                  : RenewalStart::Kind::newer;
    }
    co_return start;
}

asio::awaitable<core::Result<void>> abandon_renewal(Connection& connection, Renewal renewal) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(renewal.key.tenant_id));
    values.emplace_back(std::move(renewal.key.id));
    values.emplace_back(std::to_string(renewal.oauth_version));
    values.emplace_back(std::to_string(renewal.epoch));
    const auto rows = co_await connection.query(kAbandon, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    co_return core::Result<void>();
}

asio::awaitable<core::Result<RenewalEnd>> finish_renewal(
    Connection& connection,
    Renewal renewal,
    std::string sealed_tokens,
    std::optional<std::chrono::system_clock::time_point> expires_at
) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(renewal.key.tenant_id));
    values.emplace_back(std::move(renewal.key.id));
    values.emplace_back(std::to_string(renewal.oauth_version));
    values.emplace_back(std::to_string(renewal.epoch));
    values.emplace_back(bytea_literal(sealed_tokens));
    if (expires_at) {
        const auto since =
            std::chrono::duration_cast<std::chrono::microseconds>(expires_at->time_since_epoch());
        values.emplace_back(std::to_string(since.count()));
    } else {
        values.emplace_back(std::nullopt);
    }
    const auto rows = co_await connection.query(kFinish, std::move(values));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    RenewalEnd end;
    if (!rows->empty()) {
        end.stored = rows->boolean(0, 0);
        end.sealed_tokens = bytes_at(*rows, 0, 1);
        end.oauth_version = rows->integer(0, 2);
    }
    co_return end;
}

}  // namespace navette::store
