// ./dev bench two-daemons: two daemons on one database hold the limits that their integrations share, and
// finish work that consists of waiting in about half of the time that one daemon needs.
#include "tests/bench/harness/cluster.hpp"
#include "tests/bench/harness/daemon.hpp"
#include "tests/bench/harness/measuring.hpp"
#include "tests/bench/harness/report.hpp"
#include "tests/bench/http_sink.hpp"
#include "tests/bench/limits_run.hpp"
#include "tests/bench/poster/poster_load.hpp"
#include "tests/bench/progress.hpp"

#include <exception>
#include <iostream>
#include <memory>

namespace {

using namespace navette::bench;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kIntegrations = 200;
constexpr milliseconds kCall{200};
// Calls in flight on one daemon: what bounds it, since the processor does not.
constexpr const char* kEngine = "{concurrency: 100}";

/// Seconds from the commit of `jobs` jobs to the last one's completion.
double time_of(const Workspace& workspace, const Cluster& cluster, int daemons, long jobs) {
    HttpSink sink(at_once_or_slow(kCall));
    const Database database(cluster, "two_daemons");
    database.migrate();
    std::vector<std::unique_ptr<Daemon>> running;
    for (int number = 1; number <= daemons; ++number) {
        DaemonSetup setup;
        setup.node = "bench-" + std::to_string(number);
        setup.engine = kEngine;
        running.push_back(std::make_unique<Daemon>(workspace, database, setup));
        running.back()->start();
    }
    const PosterGroup group{"account-", kIntegrations};
    connect_poster(database, sink.url(), group);
    await_all_asleep(database, seconds(60));
    const LogWatch log(database);
    const auto began = queue_posts(database, group, "slow", jobs);
    log.await(jobs);
    const auto ended = await_no_jobs(database, seconds(60));
    for (const auto& daemon : running) {
        daemon->stop();
    }
    if (sink.answered() != static_cast<std::uint64_t>(jobs)) {
        throw std::runtime_error(
            std::to_string(sink.answered()) + " calls came for " + std::to_string(jobs) + " jobs"
        );
    }
    return std::chrono::duration<double>(ended - began).count();
}

void measure(int count, char** arguments) {
    const Workspace workspace;
    const Cluster cluster(workspace);
    Report report("two-daemons", count, arguments);
    if (wanted("limits")) {
        std::vector<LimitedAccount> accounts;
        for (const char* name : {"a-", "b-", "c-", "d-", "e-", "f-"}) {
            accounts.push_back({name, 4, true, false});
        }
        accounts.push_back({"searches-", 4, false, true});
        const auto use = use_limits(workspace, cluster, 2, accounts);
        use.table.print();
        report.figure("utilisation", use.utilisation);
        report.figure("rejected_share", use.rejected_share);
    }
    if (wanted("time")) {
        const auto jobs = amount(10'000);
        std::vector<Contender> contenders{
            {"one daemon", [&] { return time_of(workspace, cluster, 1, jobs); }},
            {"two daemons", [&] { return time_of(workspace, cluster, 2, jobs); }}
        };
        take_turns(contenders, rounds());
        const auto one = contenders[0].result();
        const auto two = contenders[1].result();
        Table table({"calls of 200 ms for 200 integrations", "s", "calls/s"});
        for (const auto& contender : contenders) {
            table.row(
                {contender.name,
                 figure_text(contender.result(), 2),
                 figure_text(static_cast<double>(jobs) / contender.result())}
            );
        }
        table.print();
        report.figure("time_ratio", two / one);
    }
    report.finish();
}

}  // namespace

int main(int count, char** arguments) {
    try {
        measure(count, arguments);
    } catch (const std::exception& error) {
        std::cerr << "two-daemons: " << error.what() << '\n';
        return 1;
    }
    return 0;
}
