#include "daemon/store/leases.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

namespace navette::store {

namespace asio = boost::asio;
namespace json = boost::json;

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

// A node that can work for other platforms than before changes what the others are preferred for.
constexpr Statement kDeclare{"node_declare", R"sql(
WITH changed AS (
    UPDATE navette.nodes SET slugs = $2::text[] WHERE node_id = $1::uuid AND slugs <> $2::text[] RETURNING node_id
)
SELECT pg_notify('navette_wake', 'integrations') FROM changed
)sql"};

// A row that ends later than any lease may last (node.lease, 10 minutes) is of before the server's clock was
// set back: who lives renews it within a third of a lease, who died must not be waited for.
#define NAVETTE_LIVES \
    "expires_at > clock_timestamp() AND expires_at < clock_timestamp() + interval '11 minutes'"

// Rendezvous: each account belongs to the node with the highest hash of both. The node's name is hashed and
// not its id, so that a daemon that comes back gets what it had. Where nobody ranks higher, this node is
// preferred; one that is no candidate itself (its row has expired) sees nobody above it, keeps what it has
// and takes nothing. What is owned already moves only when its owner gives it up. An integration in state
// 'error' is runnable too: its owner tries the connection again from time to time.
constexpr Statement kLook{"lease_look", R"sql(
WITH node AS MATERIALIZED (
    SELECT node_id, slugs, draining, hashtextextended(name, 0) AS seed FROM navette.nodes
    WHERE )sql" NAVETTE_LIVES R"sql(
), me AS MATERIALIZED (
    SELECT slugs, seed FROM node WHERE node_id = $1::uuid AND NOT draining
), concerned AS MATERIALIZED (
    SELECT coalesce(i.tenant_id, l.tenant_id) AS tenant_id, coalesce(i.id, l.integration_id) AS id, i.integration_type,
           coalesce(i.enabled, false) AS enabled, i.version, l.epoch, coalesce(l.node_id = $1::uuid, false) AS mine,
           NOT EXISTS (
               SELECT FROM node n WHERE NOT n.draining AND i.integration_type = ANY (n.slugs)
                 AND hashtextextended(coalesce(nullif(i.account, ''), i.id), n.seed)
                     > hashtextextended(coalesce(nullif(i.account, ''), i.id), (SELECT seed FROM me))) AS preferred
    FROM navette.tenant_integrations i
    FULL JOIN navette.leases l ON l.integration_id = i.id AND l.tenant_id = i.tenant_id
    WHERE l.node_id = $1::uuid
       OR i.enabled AND (l.node_id IS NULL OR NOT EXISTS (SELECT FROM node n WHERE n.node_id = l.node_id))
), due AS MATERIALIZED (
    SELECT tenant_id, id, epoch, version FROM concerned
    WHERE NOT mine AND preferred AND integration_type = ANY ((SELECT slugs FROM me)::text[])
), added AS (
    INSERT INTO navette.leases (integration_id, tenant_id, node_id)
    SELECT id, tenant_id, $1::uuid FROM due WHERE epoch IS NULL
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, integration_id AS id, epoch
), taken AS (
    UPDATE navette.leases l SET node_id = $1::uuid, epoch = l.epoch + 1, asleep = false, acquired_at = now()
    FROM due WHERE l.integration_id = due.id AND l.tenant_id = due.tenant_id AND l.epoch = due.epoch
    RETURNING l.tenant_id, l.integration_id AS id, l.epoch
)
SELECT tenant_id, id, epoch, version, enabled AND preferred FROM concerned WHERE mine
UNION ALL
SELECT new.tenant_id, new.id, new.epoch, due.version, true
FROM (SELECT * FROM added UNION ALL SELECT * FROM taken) new JOIN due USING (tenant_id, id)
)sql"};

// What this transaction took (acquired_at is its own now()): markers of an older epoch name what the former
// owner had in hand. A statement of its own, for kLook waits for starts under way and does not see what they
// wrote. All that was in hand is held responsible for the death, unless a suspect was: then it was the
// suspect. Its marker stays, without its jobs, for those who recover the rest of that node's work. What they
// sent of two-way objects may stand on the platform: it is kept beside their links. No join with the queue,
// and no condition but the id that an index could answer: the planner has one way to go.
constexpr Statement kRecover{"lease_recover", R"sql(
WITH stale AS (
    DELETE FROM navette.in_flight f USING navette.leases l
    WHERE l.node_id = $1::uuid AND l.acquired_at = now() AND f.integration_id = l.integration_id
      AND f.tenant_id = l.tenant_id AND f.epoch < l.epoch AND f.recovered_at IS NULL
    RETURNING f.*
), kept AS (
    INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids, started_at, node_id, suspect, recovered_at)
    SELECT integration_id, tenant_id, batch_id, epoch, '{}', started_at, node_id, true, now() FROM stale WHERE suspect
), lost AS (
    SELECT s.tenant_id, job.id, bool_or(s.suspect OR NOT EXISTS (
               SELECT FROM navette.in_flight f WHERE f.node_id = s.node_id AND f.suspect)) AS blamed
    FROM stale s CROSS JOIN LATERAL unnest(s.job_ids) AS job (id) GROUP BY s.tenant_id, job.id
), doubted AS (
    INSERT INTO navette.doubts AS d (tenant_id, integration_id, object, entity_id, entity_type, sent_as, sent)
    SELECT DISTINCT ON (s.tenant_id, s.integration_id, s.sent ->> 'object', q.entity_id)
           s.tenant_id, s.integration_id, s.sent ->> 'object', q.entity_id, q.entity_type, job.value ->> 'as',
           jsonb_build_array(job.value -> 'fields')
    FROM stale s CROSS JOIN LATERAL jsonb_each(s.sent -> 'jobs') AS job
    CROSS JOIN LATERAL (
        SELECT j.entity_id, j.entity_type FROM navette.sync_queue j
        WHERE j.id = job.key::bigint AND (j.tenant_id = s.tenant_id AND j.status = 'pending') IS TRUE LIMIT 1) q
    ON CONFLICT (tenant_id, integration_id, object, entity_id) DO UPDATE SET sent = navette.add_doubt(d.sent, excluded.sent)
    WHERE d.sent -> -1 <> excluded.sent -> 0
)
UPDATE navette.sync_queue q SET maybe_applied = true, deferred = true,
    -- Who was at the scene before is a suspect too, whoever else is: or a suspect that happens to be tried whenever the culprit
    -- strikes takes all the blame.
    deaths = q.deaths + (q.maybe_applied OR q.id IN (SELECT id FROM lost WHERE blamed))::integer
WHERE q.id = ANY (ARRAY(SELECT id FROM lost)) AND ((q.id, q.tenant_id) IN (SELECT id, tenant_id FROM lost) AND q.status = 'pending') IS TRUE
)sql"};

constexpr Statement kFirstExpiry{"node_first_expiry", R"sql(
SELECT ceil(extract(epoch FROM min(expires_at) - clock_timestamp()) * 1000)::bigint
FROM navette.nodes WHERE node_id <> $1::uuid AND )sql" NAVETTE_LIVES R"sql(
)sql"};

constexpr Statement kRelease{"lease_release", R"sql(
WITH released AS (
    UPDATE navette.leases SET node_id = NULL, asleep = false
    WHERE node_id = $1::uuid AND (cardinality($2::text[]) = 0 OR integration_id = ANY ($2::text[]))
    RETURNING integration_id
)
SELECT pg_notify('navette_wake', 'integrations') FROM released LIMIT 1
)sql"};

constexpr Statement kDrain{"node_drain", "UPDATE navette.nodes SET draining = true WHERE node_id = $1::uuid"};

constexpr Statement kRemove{"node_remove", R"sql(
WITH removed AS (DELETE FROM navette.nodes WHERE node_id = $1::uuid RETURNING node_id)
SELECT pg_notify('navette_wake', 'integrations') FROM removed
)sql"};

// A node that came back after a day would have to register anew anyway.
constexpr Statement kForgetNodes{
    "node_forget_dead", "DELETE FROM navette.nodes WHERE expires_at < clock_timestamp() - interval '1 day'"
};

constexpr Statement kForgetRecovered{
    "in_flight_forget_recovered",
    "DELETE FROM navette.in_flight WHERE recovered_at < clock_timestamp() - interval '1 hour'"
};

constexpr Statement kAccounts{"integration_accounts", R"sql(
UPDATE navette.tenant_integrations i SET account = x.account
FROM jsonb_to_recordset($1::jsonb) AS x (tenant_id text, id text, account text)
WHERE i.tenant_id = x.tenant_id AND i.id = x.id AND i.account <> x.account
)sql"};

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
    calls.emplace_back(kDeclare, parameters(node_id, array_literal(slugs)));
    calls.emplace_back(kLook, node);
    calls.emplace_back(kRecover, node);
    const auto done = co_await connection.transaction(std::move(calls));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    const auto& rows = done->at(1);
    std::vector<Ownership> owned;
    for (int row = 0; row < rows.size(); ++row) {
        Ownership one;
        one.key = IntegrationKey(rows.string(row, 0), rows.string(row, 1));
        one.epoch = rows.integer(row, 2);
        one.version = rows.integer(row, 3);
        one.stays = rows.boolean(row, 4);
        owned.push_back(std::move(one));
    }
    co_return owned;
}

asio::awaitable<core::Result<std::optional<std::chrono::milliseconds>>> first_expiry(
    Connection& connection, std::string node_id
) {
    const auto rows = co_await connection.query(kFirstExpiry, std::vector<Parameter>(1, std::move(node_id)));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::optional<std::chrono::milliseconds> left;
    if (!rows->is_null(0, 0)) {
        left = std::chrono::milliseconds(rows->integer(0, 0));
    }
    co_return left;
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

asio::awaitable<core::Result<void>> start_draining(Connection& connection, std::string node_id) {
    const auto done = co_await connection.query(kDrain, std::vector<Parameter>(1, std::move(node_id)));
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

asio::awaitable<core::Result<std::int64_t>> set_accounts(
    Connection& connection, std::vector<AccountName> accounts
) {
    json::array list;
    for (const auto& one : accounts) {
        list.push_back({{"tenant_id", one.key.tenant_id}, {"id", one.key.id}, {"account", one.account}});
    }
    const auto done = co_await connection.query(kAccounts, std::vector<Parameter>(1, json::serialize(list)));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return done->affected();
}

asio::awaitable<core::Result<void>> forget_the_dead(Connection& connection) {
    std::vector<Call> calls;
    calls.emplace_back(kForgetNodes, std::vector<Parameter>());
    calls.emplace_back(kForgetRecovered, std::vector<Parameter>());
    const auto done = co_await connection.transaction(std::move(calls));
    if (!done) {
        co_return std::unexpected(done.error());
    }
    co_return core::Result<void>();
}

}  // namespace navette::store
