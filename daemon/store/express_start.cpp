#include "daemon/store/express_start.hpp"

#include "daemon/store/job_columns.hpp"

namespace navette::store {

namespace asio = boost::asio;

namespace {

// Fenced as every start is: KEY SHARE on the lease, see page_columns.hpp.
constexpr Statement kStartSingle{
    "queue_start_single",
    R"sql(
WITH own (id, place, event_type, entity_type, entity_id, operation, data, priority, history, hindrance) AS MATERIALIZED (
    SELECT )sql" NAVETTE_JOB_COLUMNS R"sql(
           NULL
    FROM navette.sync_queue q
    WHERE q.integration_id = $1 AND q.tenant_id = $2 AND q.status = 'pending' AND NOT q.deferred
      AND (q.priority, q.id) > ($3::integer, $4::bigint) AND q.priority <= $3::integer AND )sql" NAVETTE_IS_DUE(
        "q"
    ) R"sql(
    ORDER BY q.priority, q.id LIMIT 2
), started AS (
    INSERT INTO navette.in_flight (integration_id, tenant_id, batch_id, epoch, job_ids, node_id, suspect)
    SELECT $1, $2, $5::bigint, l.epoch, ARRAY[o.id], $7::uuid, false
    FROM own o, navette.leases l JOIN navette.nodes n ON n.node_id = l.node_id AND n.expires_at > clock_timestamp()
    WHERE (SELECT count(*) FROM own) = 1 AND o.history IS NULL
      AND NOT )sql" NAVETTE_OLDER_IS_PENDING("o") R"sql(
      AND l.integration_id = $1 AND l.tenant_id = $2 AND l.epoch = $6::bigint AND l.node_id = $7::uuid
    FOR KEY SHARE OF l
    RETURNING batch_id
)
SELECT o.* FROM own o, started
)sql"
};

}  // namespace

asio::awaitable<core::Result<std::optional<Job>>> start_single(
    Connection& connection, ExpressQuestion question
) {
    std::vector<Parameter> parameters{
        std::move(question.key.id),
        std::move(question.key.tenant_id),
        std::to_string(question.from.priority),
        std::to_string(question.from.after_id),
        std::to_string(question.batch_id),
        std::to_string(question.epoch),
        std::move(question.node_id)
    };
    const auto rows = co_await connection.query(kStartSingle, std::move(parameters));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    auto jobs = read_jobs(*rows);
    co_return jobs.empty() ? std::nullopt : std::optional<Job>(std::move(jobs.front()));
}

}  // namespace navette::store
