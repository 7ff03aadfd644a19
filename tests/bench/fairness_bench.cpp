// ./dev bench fairness: what one integration's million jobs do to the single jobs of a hundred others: how
// long after its commit each is started, while the million are drained and while they are not, in turns.
#include "tests/bench/harness/cluster.hpp"
#include "tests/bench/harness/daemon.hpp"
#include "tests/bench/harness/marks.hpp"
#include "tests/bench/harness/measuring.hpp"
#include "tests/bench/harness/noop_load.hpp"
#include "tests/bench/harness/report.hpp"
#include "tests/bench/harness/session.hpp"
#include "tests/bench/progress.hpp"

#include <unistd.h>

#include <exception>
#include <iostream>
#include <random>
#include <thread>

namespace {

using namespace navette::bench;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr int kOthers = 100;
constexpr int kTurns = 10;
constexpr long kJobs = 200;  // single jobs of one turn, alone and beside the million each
constexpr const char* kEnqueue =
    "SELECT navette.enqueue('small', 'mark.sent', 'mark', $1, '{\"n\": 1, \"text\": \"forty bytes of text, "
    "as a small job "
    "has them\"}', integration => 'small' || lpad($2, 4, '0'))";

/// Hands over `jobs` jobs one after the other, each to one of the others at random, while the million have
/// not come to their end; adds what each waited from its commit to the connector's call, in milliseconds.
void wait_for_calls(
    const Database& database, Marks& marks, const LogWatch& log, long jobs, std::vector<double>& waits
) {
    Session session(database.conninfo());
    session.prepare("enqueue", kEnqueue);
    static int number = 0;
    std::mt19937 random(static_cast<unsigned>(number));
    std::uniform_int_distribution<int> other(1, kOthers);
    std::uniform_int_distribution<int> pause(1, 10);
    // The last jobs of the million may be in hand already: they delay nobody.
    const auto nearly_all = amount(1'000'000) / 100 * 95;
    for (long job = 0; job < jobs && log.rows() < nearly_all; ++job) {
        const auto id = "m-" + std::to_string(++number);
        session.run("enqueue", {id, std::to_string(other(random))});
        const auto committed = steady_clock::now();
        const std::chrono::duration<double, std::milli> waited = marks.await(id) - committed;
        waits.push_back(waited.count());
        std::this_thread::sleep_for(milliseconds(pause(random)));
    }
}

/// Switches the million off, and waits until what was in hand is done.
void rest(const Database& database, const LogWatch& log) {
    enable_integrations(database, "big", false);
    long before = 0;
    do {
        before = log.rows();
        std::this_thread::sleep_for(milliseconds(300));
    } while (log.rows() > before);
}

struct Waits {
    std::vector<double> alone;
    std::vector<double> beside;
    std::vector<double> backlog_rates;  // jobs a second of the backlog meanwhile
};

void one_round(const Workspace& workspace, const Cluster& cluster, Waits& waits) {
    const Database database(cluster, "fairness");
    Marks marks;
    database.migrate();
    connect_noop(database, kOthers, "small", "small");
    connect_noop(database, 1, "big", "big");
    enable_integrations(database, "big", false);
    queue_pings(database, amount(1'000'000), "big");
    database.exec("VACUUM (ANALYZE) navette.sync_queue");
    // What the kernel still has to write of the filling would delay whoever comes first.
    ::sync();
    DaemonSetup setup;
    setup.environment["NAVETTE_BENCH_MARKS"] = std::to_string(marks.port());
    Daemon daemon(workspace, database, setup);
    daemon.start();
    await_all_asleep(database, seconds(60));
    const LogWatch log(database);
    std::vector<double> warm_up;
    wait_for_calls(database, marks, log, 50, warm_up);

    for (int turn = 0; turn < kTurns; ++turn) {
        wait_for_calls(database, marks, log, kJobs, waits.alone);
        const auto off = log.rows();
        enable_integrations(database, "big", true);
        log.await(off + amount(1'000'000) / 500);
        const auto before = log.rows();
        const auto began = steady_clock::now();
        wait_for_calls(database, marks, log, kJobs, waits.beside);
        const std::chrono::duration<double> took = steady_clock::now() - began;
        waits.backlog_rates.push_back(static_cast<double>(log.rows() - before) / took.count());
        rest(database, log);
    }
    daemon.kill();
}

void measure(int count, char** arguments) {
    const Workspace workspace;
    const Cluster cluster(workspace);
    Waits waits;
    for (int round = 0; round < rounds(); ++round) {
        one_round(workspace, cluster, waits);
    }
    // Of all rounds' jobs together: one round alone has too few for the last hundredth.
    Table table({"commit to call of single jobs, ms", "p50", "p90", "p99", "highest", "jobs"});
    const auto row = [&](const std::string& name, const std::vector<double>& figures) {
        table.row(
            {name,
             figure_text(percentile(figures, 0.5), 2),
             figure_text(percentile(figures, 0.9), 2),
             figure_text(percentile(figures, 0.99), 2),
             figure_text(percentile(figures, 1), 2),
             figure_text(static_cast<double>(figures.size()))}
        );
    };
    row("alone", waits.alone);
    row("beside a million of one integration", waits.beside);
    table.print();
    const auto alone = percentile(waits.alone, 0.99);
    const auto beside = percentile(waits.beside, 0.99);
    Report report("fairness", count, arguments);
    report.figure("p99_ratio", beside / alone);
    report.figure("p99_alone_ms", alone);
    report.figure("p99_beside_ms", beside);
    report.figure("backlog_jobs_per_s", median(waits.backlog_rates));
    report.finish();
}

}  // namespace

int main(int count, char** arguments) {
    try {
        measure(count, arguments);
    } catch (const std::exception& error) {
        std::cerr << "fairness: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
