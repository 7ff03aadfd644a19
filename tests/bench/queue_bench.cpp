// ./dev bench queue: how fast navetted drains small jobs with a connector that does nothing, and how fast
// jobs are enqueued, beside the best PostgreSQL job queues and beside what PostgreSQL itself allows. All work
// on one durable cluster and take turns.
#include "tests/bench/enqueue_rate.hpp"
#include "tests/bench/harness/cluster.hpp"
#include "tests/bench/harness/daemon.hpp"
#include "tests/bench/harness/measuring.hpp"
#include "tests/bench/harness/noop_load.hpp"
#include "tests/bench/harness/peers.hpp"
#include "tests/bench/harness/report.hpp"
#include "tests/bench/raw_drain.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>

namespace {

using namespace navette::bench;

constexpr int kIntegrations = 8;
constexpr int kConnections = 8;

/// CPU seconds for 100,000 jobs, of the client and of PostgreSQL.
void tell_cpu(std::chrono::duration<double> client, std::chrono::duration<double> server, long jobs) {
    const auto share = 1e5 / static_cast<double>(jobs);
    std::fprintf(
        stderr,
        "    CPU s per 100,000 jobs: client %.2f, server %.2f\n",
        client.count() * share,
        server.count() * share
    );
}

std::chrono::duration<double> process_cpu_time() {
    return std::chrono::duration<double>(static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
}

double drain_navetted(const Workspace& workspace, const Cluster& cluster, long jobs) {
    const Database database(cluster, "drain");
    database.migrate();
    connect_noop(database, kIntegrations);
    queue_pings(database, jobs);
    database.vacuum();
    Daemon daemon(workspace, database);
    const auto server_before = cluster.cpu_time();
    daemon.start();
    const auto rate = drain_rate(database, jobs);
    tell_cpu(daemon.cpu_time(), cluster.cpu_time() - server_before, jobs);
    daemon.stop();
    return rate;
}

double drain_raw(const Cluster& cluster, long jobs, int connections) {
    const Database database(cluster, "drain");
    database.migrate();
    fill_raw_queue(database, jobs);
    database.vacuum();
    const auto own_before = process_cpu_time();
    const auto server_before = cluster.cpu_time();
    const auto rate = raw_drain_rate(database, jobs, connections);
    tell_cpu(process_cpu_time() - own_before, cluster.cpu_time() - server_before, jobs);
    return rate;
}

double drain_peer(
    const Cluster& cluster, const std::string& script, long jobs, std::vector<std::string> more = {}
) {
    const Database database(cluster, "drain");
    std::vector<std::string> arguments{"drain", database.uri(), std::to_string(jobs)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_peer(script, arguments).at("jobs_per_s").to_number<double>();
}

/// A migrated database with a tenant of its own for each connection, one integration each, known to the
/// catalogue, and nobody who sleeps.
class EnqueueSite {
  public:
    EnqueueSite(const Workspace& workspace, const Cluster& cluster) : database(cluster, "enqueue") {
        database.migrate();
        for (int tenant = 1; tenant <= kConnections; ++tenant) {
            connect_noop(
                database, 1, "bench" + std::to_string(tenant), "noop" + std::to_string(tenant) + "_"
            );
        }
        // The daemon writes the catalogue, and the leases that a wake-up looks at. It is gone while the rates
        // are taken.
        Daemon daemon(workspace, database);
        daemon.start();
        daemon.stop();
        database.exec("UPDATE navette.leases SET asleep = false");
        database.exec(
            "CREATE TABLE plain (LIKE navette.sync_queue INCLUDING DEFAULTS INCLUDING IDENTITY, PRIMARY KEY "
            "(id, tenant_id))"
        );
        database.vacuum();
    }
    Database database;
};

constexpr const char* kData = R"({"n": 1, "text": "forty bytes of text, as a small job has them"})";

double enqueue_single(
    const Workspace& workspace,
    const Cluster& cluster,
    const EnqueueCall& call,
    std::chrono::milliseconds time
) {
    const EnqueueSite site(workspace, cluster);
    return single_rate(site.database, call, kConnections, time);
}

double enqueue_graphile_worker(const Cluster& cluster, std::chrono::milliseconds time) {
    const Database database(cluster, "enqueue");
    run_peer("graphile_worker.mjs", {"install", database.uri()});
    return single_rate(
        database,
        {"SELECT graphile_worker.add_job('noop', json_build_object('n', $1::text, 'text', $2::text))",
         {"@id@", kData}},
        kConnections,
        time
    );
}

double enqueue_pg_boss(const Cluster& cluster, std::chrono::milliseconds time) {
    const Database database(cluster, "enqueue");
    const auto call = run_peer("pg_boss.mjs", {"install", database.uri()});
    // Not prepared, for send() does not.
    return single_rate(
        database,
        {call.at("sql").as_string().c_str(), {call.at("parameter").as_string().c_str()}, false},
        kConnections,
        time
    );
}

/// The fastest of the contenders from `first` on.
const Contender& best(const std::vector<Contender>& contenders, std::ptrdiff_t first) {
    return *std::max_element(
        contenders.begin() + first,
        contenders.end(),
        [](const auto& one, const auto& other) { return one.result() < other.result(); }
    );
}

void show(const std::string& what, const std::vector<Contender>& contenders) {
    Table table({what, "median", "lowest", "highest", "navette is"});
    for (const auto& contender : contenders) {
        const auto [lowest, highest] = std::ranges::minmax(contender.figures);
        table.row(
            {contender.name,
             figure_text(contender.result()),
             figure_text(lowest),
             figure_text(highest),
             figure_text(ratio(contenders.front(), contender), 2) + " x"}
        );
    }
    table.print();
}

void bench_drain(const Workspace& workspace, const Cluster& cluster, Report& report) {
    const auto jobs = amount(300'000);
    const auto peer_jobs = amount(100'000);
    std::vector<Contender> all{
        {"navetted, 8 integrations, log row each", [&] { return drain_navetted(workspace, cluster, jobs); }},
        {"raw libpq, 1 connection, log row each", [&] { return drain_raw(cluster, jobs, 1); }},
        {"raw libpq, 2 connections, log row each", [&] { return drain_raw(cluster, jobs, 2); }},
        {"graphile-worker batched, 1 process",
         [&] { return drain_peer(cluster, "graphile_worker.mjs", peer_jobs, {"1"}); }},
        {"graphile-worker batched, 2 processes",
         [&] { return drain_peer(cluster, "graphile_worker.mjs", peer_jobs, {"2"}); }},
        {"pg-boss, fetch + complete, 4 loops", [&] { return drain_peer(cluster, "pg_boss.mjs", peer_jobs); }},
    };
    take_turns(all, rounds());
    show("drain, jobs/s", all);
    report.figure("jobs_per_s", all[0].result());
    report.figure("ratio_best_peer", ratio(all[0], best(all, 3)));
    report.figure("ratio_raw", ratio(all[0], all[1].result() > all[2].result() ? all[1] : all[2]));
}

void bench_single(const Workspace& workspace, const Cluster& cluster, Report& report) {
    const std::chrono::milliseconds time(amount(3'000));
    const EnqueueCall enqueue{
        "SELECT navette.enqueue($1, 'ping.sent', 'ping', $2, $3::jsonb)", {"bench@c@", "@id@", kData}
    };
    const auto insert_into = [](const std::string& table) {
        return EnqueueCall{
            "INSERT INTO " + table +
                " (tenant_id, integration_id, event_type, entity_type, entity_id, data) "
                "VALUES ($1, $2, 'ping.sent', 'ping', $3, $4::jsonb)",
            {"bench@c@", "noop@c@_0001", "@id@", kData}
        };
    };
    std::vector<Contender> all{
        {"navette.enqueue", [&] { return enqueue_single(workspace, cluster, enqueue, time); }},
        {"INSERT, same columns and primary key",
         [&] { return enqueue_single(workspace, cluster, insert_into("plain"), time); }},
        {"INSERT into sync_queue (indexes, ledger)",
         [&] { return enqueue_single(workspace, cluster, insert_into("navette.sync_queue"), time); }},
        {"graphile-worker add_job", [&] { return enqueue_graphile_worker(cluster, time); }},
        {"pg-boss send", [&] { return enqueue_pg_boss(cluster, time); }},
    };
    take_turns(all, rounds());
    show("one per transaction, 8 connections, rows/s", all);
    report.figure("enqueue_ratio_best_peer", ratio(all[0], best(all, 3)));
    report.figure("enqueue_single_ratio_insert", ratio(all[0], all[1]));
}

void bench_bulk(const Workspace& workspace, const Cluster& cluster, Report& report) {
    const auto rows = amount(200'000);
    constexpr long kPage = 10'000;
    std::vector<Contender> all{
        {"navette.enqueue_many",
         [&] {
             const EnqueueSite site(workspace, cluster);
             return bulk_rate(
                 site.database,
                 "SELECT navette.enqueue_many('bench1', 'ping.sent', 'ping', $1::text[], $2::jsonb[])",
                 rows,
                 kPage
             );
         }},
        {"COPY, same columns and primary key",
         [&] {
             const EnqueueSite site(workspace, cluster);
             return copy_rate(
                 site.database,
                 "COPY plain (tenant_id, integration_id, event_type, entity_type, entity_id, data) FROM "
                 "STDIN",
                 rows,
                 kPage
             );
         }},
    };
    take_turns(all, rounds());
    show("10,000 per transaction, 1 connection, rows/s", all);
    report.figure("enqueue_bulk_ratio_copy", ratio(all[0], all[1]));
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const Workspace workspace;
        const Cluster cluster(workspace);
        Report report("queue", argc, argv);
        if (wanted("drain")) {
            bench_drain(workspace, cluster, report);
        }
        if (wanted("single")) {
            bench_single(workspace, cluster, report);
        }
        if (wanted("bulk")) {
            bench_bulk(workspace, cluster, report);
        }
        report.finish();
    } catch (const std::exception& error) {
        std::cerr << "queue: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
