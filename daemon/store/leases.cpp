#include "daemon/store/leases.hpp"

namespace navette::store {

namespace asio = boost::asio;

namespace {

constexpr Statement kForgetNamesakes{"node_forget_namesakes", "DELETE FROM navette.nodes WHERE name = $1"};

constexpr Statement kRegister{
    "node_register",
    "INSERT INTO navette.nodes (node_id, name, expires_at) "
    "VALUES ($1::uuid, $2, clock_timestamp() + $3::bigint * interval '1 millisecond')"
};

constexpr Statement kRenew{
    "node_renew",
    "UPDATE navette.nodes SET expires_at = clock_timestamp() + $2::bigint * interval '1 millisecond' "
    "WHERE node_id = $1::uuid AND expires_at > clock_timestamp()"
};

// An integration is runnable when it is enabled and its state lets calls out; 'error' is included because its
// owner tries the connection again from time to time.
constexpr Statement kAcquire{"lease_acquire", R"sql(
INSERT INTO navette.leases AS held (integration_id, tenant_id, node_id)
SELECT i.id, i.tenant_id, $1::uuid
FROM navette.tenant_integrations i
LEFT JOIN navette.leases l ON l.integration_id = i.id AND l.tenant_id = i.tenant_id
LEFT JOIN navette.nodes n ON n.node_id = l.node_id AND n.expires_at > clock_timestamp()
WHERE i.enabled AND i.integration_type = ANY ($2::text[]) AND n.node_id IS NULL
ON CONFLICT (integration_id, tenant_id) DO UPDATE
SET node_id = $1::uuid, epoch = held.epoch + 1, asleep = false, acquired_at = now()
WHERE NOT EXISTS (SELECT FROM navette.nodes n WHERE n.node_id = held.node_id AND n.expires_at > clock_timestamp())
)sql"};

// Markers of an older epoch name what a former owner had in hand when it died or lost its lease.
constexpr Statement kRecover{"lease_recover", R"sql(
WITH stale AS (
    DELETE FROM navette.in_flight f USING navette.leases l
    WHERE l.node_id = $1::uuid AND f.integration_id = l.integration_id AND f.tenant_id = l.tenant_id AND f.epoch < l.epoch
    RETURNING f.tenant_id, f.job_ids
)
UPDATE navette.sync_queue q SET maybe_applied = true, deaths = q.deaths + 1
FROM (SELECT DISTINCT tenant_id, unnest(job_ids) AS id FROM stale) lost
WHERE q.id = lost.id AND q.tenant_id = lost.tenant_id AND q.status = 'pending'
)sql"};

constexpr Statement kDrop{"lease_drop_unrunnable", R"sql(
UPDATE navette.leases l SET node_id = NULL, asleep = false
WHERE l.node_id = $1::uuid AND NOT EXISTS (
    SELECT FROM navette.tenant_integrations i WHERE i.tenant_id = l.tenant_id AND i.id = l.integration_id AND i.enabled)
)sql"};

constexpr Statement kOwned{"lease_owned", R"sql(
SELECT l.tenant_id, l.integration_id, l.epoch, i.version
FROM navette.leases l JOIN navette.tenant_integrations i ON i.tenant_id = l.tenant_id AND i.id = l.integration_id
WHERE l.node_id = $1::uuid AND i.enabled
)sql"};

constexpr Statement kRelease{
    "lease_release",
    "UPDATE navette.leases SET node_id = NULL, asleep = false "
    "WHERE node_id = $1::uuid AND (cardinality($2::text[]) = 0 OR integration_id = ANY ($2::text[]))"
};

constexpr Statement kRemove{"node_remove", "DELETE FROM navette.nodes WHERE node_id = $1::uuid"};

constexpr Statement kAsleep{
    "lease_asleep",
    "UPDATE navette.leases SET asleep = $3::boolean "
    "WHERE node_id = $1::uuid AND integration_id = ANY ($2::text[]) AND asleep <> $3::boolean"
};

std::vector<Parameter> parameters(std::string first, std::string second) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(first));
    values.emplace_back(std::move(second));
    return values;
}

}  // namespace

asio::awaitable<core::Result<void>> register_node(
    Connection& connection, std::string node_id, std::string name, std::chrono::milliseconds lease
) {
    std::vector<Call> calls;
    calls.emplace_back(kForgetNamesakes, std::vector<Parameter>(1, name));
    auto values = parameters(std::move(node_id), std::move(name));
    values.emplace_back(std::to_string(lease.count()));
    calls.emplace_back(kRegister, std::move(values));
    const auto done = co_await connection.transaction(std::move(calls));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

asio::awaitable<core::Result<bool>> renew_node(
    Connection& connection, std::string node_id, std::chrono::milliseconds lease
) {
    const auto done =
        co_await connection.query(kRenew, parameters(std::move(node_id), std::to_string(lease.count())));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return done->affected() == 1;
}

asio::awaitable<core::Result<std::vector<Ownership>>> acquire_leases(
    Connection& connection, std::string node_id, std::vector<std::string> slugs
) {
    std::vector<Call> calls;
    const std::vector<Parameter> node(1, node_id);
    calls.emplace_back(kDrop, node);
    calls.emplace_back(kAcquire, parameters(node_id, array_literal(slugs)));
    calls.emplace_back(kRecover, node);
    calls.emplace_back(kOwned, node);
    const auto done = co_await connection.transaction(std::move(calls));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    const auto& rows = done->back();
    std::vector<Ownership> owned;
    for (int row = 0; row < rows.size(); ++row) {
        Ownership one;
        one.key = IntegrationKey(rows.string(row, 0), rows.string(row, 1));
        one.epoch = rows.integer(row, 2);
        one.version = rows.integer(row, 3);
        owned.push_back(std::move(one));
    }
    co_return owned;
}

asio::awaitable<core::Result<void>> release_leases(
    Connection& connection, std::string node_id, std::vector<std::string> integrations
) {
    const auto done =
        co_await connection.query(kRelease, parameters(std::move(node_id), array_literal(integrations)));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

asio::awaitable<core::Result<void>> remove_node(Connection& connection, std::string node_id) {
    const auto done = co_await connection.query(kRemove, std::vector<Parameter>(1, std::move(node_id)));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

asio::awaitable<core::Result<void>> set_asleep(
    Connection& connection, std::string node_id, std::vector<std::string> integrations, bool asleep
) {
    auto values = parameters(std::move(node_id), array_literal(integrations));
    values.emplace_back(asleep ? "true" : "false");
    const auto done = co_await connection.query(kAsleep, std::move(values));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

}  // namespace navette::store
