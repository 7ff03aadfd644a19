#include "tests/bench/raw_drain.hpp"

#include "tests/bench/harness/session.hpp"

#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

namespace navette::bench {

namespace {

constexpr int kBatch = 1'000;

constexpr const char* kTables = R"sql(
CREATE SCHEMA raw;
CREATE TABLE raw.queue (LIKE navette.sync_queue INCLUDING DEFAULTS INCLUDING IDENTITY, PRIMARY KEY (id));
CREATE TABLE raw.logs (LIKE navette.sync_logs INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING CONSTRAINTS INCLUDING INDEXES);
)sql";

constexpr const char* kRead = R"sql(
SELECT id, entity_type, entity_id, data FROM raw.queue WHERE id > $1::bigint AND id <= $2::bigint ORDER BY id LIMIT $3::int
)sql";

constexpr const char* kFinish = R"sql(
WITH gone AS (DELETE FROM raw.queue WHERE id = ANY ($1::bigint[])
              RETURNING tenant_id, integration_id, id, direction, event_type, entity_type, entity_id)
INSERT INTO raw.logs (tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, object, remote_id, status,
                      final, attempt, started_at, duration_ms)
SELECT tenant_id, integration_id, id, direction, event_type, entity_type, entity_id, 'ping', entity_id, 'done',
       true, 1, now(), 0
FROM gone
)sql";

/// Empties the rows with ids above `from`, up to `to`; returns how many there were.
long drain_part(const std::string& conninfo, long from, long to) {
    Session session(conninfo);
    session.prepare("read", kRead);
    session.prepare("finish", kFinish);
    session.enter_pipeline();
    const auto limit = std::to_string(kBatch);
    const auto last = std::to_string(to);
    session.send("read", {std::to_string(from), last, limit});
    session.sync();
    for (long done = 0;;) {
        const auto rows = session.receive();
        session.receive_sync();
        const int count = PQntuples(rows.get());
        if (count > 0) {
            std::string ids = "{";
            for (int row = 0; row < count; ++row) {
                ids += PQgetvalue(rows.get(), row, 0);
                ids += row + 1 < count ? ',' : '}';
            }
            // The server always has the next thing to do before it is through with this one.
            session.send("read", {PQgetvalue(rows.get(), count - 1, 0), last, limit});
            session.sync();
            session.send("finish", {ids});
            session.sync();
        }
        if (done > 0) {
            session.receive();
            session.receive_sync();
        }
        done += count;
        if (count == 0) {
            return done;
        }
    }
}

}  // namespace

void fill_raw_queue(const Database& database, long jobs) {
    database.exec(kTables);
    database.exec(
        "INSERT INTO raw.queue (tenant_id, integration_id, event_type, entity_type, entity_id, data) "
        "SELECT 'bench', 'noop000' || 1 + n % 8, 'ping.sent', 'ping', n::text, "
        "jsonb_build_object('n', n, 'text', 'forty bytes of text, as a small job has them') FROM "
        "generate_series(1, " +
        std::to_string(jobs) + ") n"
    );
}

double raw_drain_rate(const Database& database, long jobs, int connections) {
    const auto began = std::chrono::steady_clock::now();
    std::vector<std::future<long>> parts;
    for (int part = 0; part < connections; ++part) {
        parts.push_back(std::async(
            std::launch::async,
            drain_part,
            database.conninfo(),
            jobs * part / connections,
            jobs * (part + 1) / connections
        ));
    }
    long done = 0;
    for (auto& part : parts) {
        done += part.get();
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    if (done != jobs || database.number("SELECT count(*) FROM raw.logs") != static_cast<double>(jobs)) {
        throw std::runtime_error(
            "the raw loop did " + std::to_string(done) + " of " + std::to_string(jobs) + " jobs"
        );
    }
    return static_cast<double>(jobs) / took.count();
}

}  // namespace navette::bench
