#include "tests/bench/progress.hpp"

#include <stdexcept>
#include <thread>

namespace navette::bench {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds kLookEvery{5};

steady_clock::time_point await_none(
    const Database& database, const std::string& what, const std::string& sql, std::chrono::seconds limit
) {
    pqxx::connection connection(database.conninfo());
    pqxx::nontransaction work(connection);
    const auto until = steady_clock::now() + limit;
    while (work.exec("SELECT EXISTS (" + sql + ")")[0][0].as<bool>()) {
        if (steady_clock::now() > until) {
            throw std::runtime_error(what + " after " + std::to_string(limit.count()) + " s");
        }
        std::this_thread::sleep_for(kLookEvery);
    }
    return steady_clock::now();
}

}  // namespace

steady_clock::time_point await_no_jobs(const Database& database, std::chrono::seconds limit) {
    const auto ended = await_none(
        database,
        "there are still pending jobs",
        "SELECT FROM navette.sync_queue q JOIN navette.tenant_integrations i ON (i.tenant_id, i.id) = "
        "(q.tenant_id, q.integration_id) WHERE q.status = 'pending' AND i.enabled",
        limit
    );
    const auto dead = database.text(
        "SELECT last_error FROM navette.sync_queue WHERE status = 'failed' AND failed_at > "
        "(SELECT min(started_at) FROM navette.nodes) LIMIT 1"
    );
    if (!dead.empty()) {
        throw std::runtime_error("a job became a dead letter: " + dead);
    }
    return ended;
}

void await_all_asleep(const Database& database, std::chrono::seconds limit) {
    await_none(
        database,
        "there are still integrations without an owner that sleeps",
        "SELECT FROM navette.tenant_integrations i WHERE i.enabled AND NOT EXISTS (SELECT FROM "
        "navette.leases "
        "l JOIN navette.nodes n USING (node_id) WHERE (l.tenant_id, l.integration_id) = (i.tenant_id, i.id) "
        "AND l.asleep)",
        limit
    );
}

void enable_integrations(const Database& database, const std::string& tenant, bool enabled) {
    database.exec(
        "UPDATE navette.tenant_integrations SET enabled = " + std::string(enabled ? "true" : "false") +
        " WHERE tenant_id = '" + tenant + "'"
    );
    database.exec("NOTIFY navette_wake, 'integrations'");
}

LogWatch::LogWatch(const Database& database) : database_(database), connection_(database.conninfo()) {
    before_ = rows();
}

long LogWatch::rows() const {
    pqxx::nontransaction work(connection_);
    return work.exec("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM navette.sync_logs_id_seq"
           )[0][0]
               .as<long>() -
           before_;
}

steady_clock::time_point LogWatch::await(long wanted) const {
    long seen = rows();
    auto moved = steady_clock::now();
    while (seen < wanted) {
        std::this_thread::sleep_for(kLookEvery);
        const auto now_seen = rows();
        const auto now = steady_clock::now();
        if (now_seen > seen) {
            seen = now_seen;
            moved = now;
        } else if (now - moved > std::chrono::minutes(1)) {
            throw std::runtime_error(
                "nothing moves: " + std::to_string(seen) + " of " + std::to_string(wanted) +
                " jobs were logged"
            );
        }
    }
    return steady_clock::now();
}

double LogWatch::rate(long jobs) const {
    const auto row = database_.exec(
        "WITH new AS MATERIALIZED (SELECT created_at, status FROM navette.sync_logs WHERE id > " +
        std::to_string(before_) +
        "), span AS (SELECT min(created_at) AS began, max(created_at) AS ended FROM new) "
        "SELECT count(*) FILTER (WHERE status = 'done'), count(*) FILTER (WHERE created_at > began), "
        "extract(epoch FROM ended - began) FROM new, span GROUP BY began, ended"
    );
    const auto done = row.empty() ? 0 : row[0][0].as<long>();
    if (done != jobs) {
        throw std::runtime_error(
            std::to_string(done) + " of " + std::to_string(jobs) + " jobs are logged as done"
        );
    }
    return row[0][1].as<double>() / row[0][2].as<double>();
}

}  // namespace navette::bench
