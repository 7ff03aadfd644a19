#include "tests/bench/harness/noop_load.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

namespace navette::bench {

using std::chrono::steady_clock;

void connect_noop(const Database& database, int count, const std::string& tenant, const std::string& prefix) {
    database.exec(
        "INSERT INTO navette.tenant_integrations (tenant_id, id, integration_type, enabled) SELECT '" +
        tenant + "', '" + prefix + "' || lpad(n::text, 4, '0'), 'noop', true FROM generate_series(1, " +
        std::to_string(count) + ") n"
    );
}

void queue_pings(const Database& database, long jobs, const std::string& tenant) {
    database.exec(
        "WITH own AS (SELECT array_agg(id ORDER BY id) AS ids FROM navette.tenant_integrations WHERE "
        "tenant_id = '" +
        tenant +
        "' AND integration_type = 'noop') "
        "INSERT INTO navette.sync_queue (tenant_id, integration_id, event_type, entity_type, entity_id, "
        "data) "
        "SELECT '" +
        tenant +
        "', ids[1 + n % cardinality(ids)], 'ping.sent', 'ping', n::text, "
        "jsonb_build_object('n', n, 'text', 'forty bytes of text, as a small job has them') "
        "FROM own, generate_series(1, " +
        std::to_string(jobs) + ") n"
    );
}

double drain_rate(const Database& database, long jobs) {
    pqxx::connection connection(database.conninfo());
    pqxx::nontransaction work(connection);
    // Looking must cost nothing: the sequence of the log's ids tells how far it is.
    long logged = 0;
    auto moved = steady_clock::now();
    while (true) {
        const auto now_logged = work.exec("SELECT last_value FROM navette.sync_logs_id_seq")[0][0].as<long>();
        if (now_logged > logged) {
            logged = now_logged;
            moved = steady_clock::now();
        }
        const auto still = steady_clock::now() - moved;
        if ((logged >= jobs || still > std::chrono::seconds(1)) &&
            !work.exec("SELECT EXISTS (SELECT FROM navette.sync_queue WHERE status = 'pending')")[0][0]
                 .as<bool>()) {
            break;
        }
        if (still > std::chrono::minutes(1)) {
            throw std::runtime_error("nothing moves: " + std::to_string(logged) + " jobs were logged");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    const auto row = work.exec(
        "WITH span AS (SELECT min(created_at) AS began, max(created_at) AS ended FROM navette.sync_logs) "
        "SELECT count(*) FILTER (WHERE status = 'done'), count(*) FILTER (WHERE created_at > began), "
        "extract(epoch FROM ended - began) FROM navette.sync_logs, span GROUP BY began, ended"
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
