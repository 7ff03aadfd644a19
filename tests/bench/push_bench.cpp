// ./dev bench push: what a call over HTTP costs. Jobs are drained through real keep-alive connections to a
// fast local server; jobs per CPU second of navetted (PostgreSQL's time counts for nobody) beside
// graphile-worker with undici, and beside bare loops that only send and receive. And how many calls one
// daemon holds open at once.
#include "tests/bench/harness/cluster.hpp"
#include "tests/bench/harness/daemon.hpp"
#include "tests/bench/harness/measuring.hpp"
#include "tests/bench/harness/peers.hpp"
#include "tests/bench/harness/report.hpp"
#include "tests/bench/http_sink.hpp"
#include "tests/bench/poster/poster_load.hpp"
#include "tests/bench/progress.hpp"
#include "tests/bench/raw_push.hpp"

#include <exception>
#include <iostream>

namespace {

using namespace navette::bench;
using std::chrono::seconds;

constexpr int kIntegrations = 8;
constexpr const char* kPeerConcurrency = "24";
constexpr long kSlowCallsEach = 400;
constexpr const char* kManyCalls = "{concurrency: 1000}";

struct Setting {
    const Workspace& workspace;
    const Cluster& cluster;
    HttpSink& sink;
    long jobs;
};

struct Drained {
    double per_cpu_second = 0;
    double per_second = 0;
};

/// Jobs per CPU second of one navetted that drains them all, from the moment on that its integrations are
/// enabled.
Drained drain_by_navette(const Setting& setting) {
    const Database database(setting.cluster, "push");
    database.migrate();
    const PosterGroup group{"account-", kIntegrations};
    connect_poster(database, setting.sink.url(), group);
    enable_integrations(database, kPosterTenant, false);
    queue_posts(database, group, "item", setting.jobs);
    database.vacuum();
    setting.sink.reset();
    Daemon daemon(setting.workspace, database);
    daemon.start();
    const auto before = daemon.cpu_time();
    const auto began = std::chrono::steady_clock::now();
    const LogWatch log(database);
    enable_integrations(database, kPosterTenant, true);
    log.await(setting.jobs);
    const auto ended = await_no_jobs(database, seconds(60));
    const auto used = daemon.cpu_time() - before;
    daemon.stop();
    if (setting.sink.answered() != static_cast<std::uint64_t>(setting.jobs)) {
        throw std::runtime_error(
            std::to_string(setting.sink.answered()) + " calls came for " + std::to_string(setting.jobs) +
            " jobs"
        );
    }
    const auto jobs = static_cast<double>(setting.jobs);
    return {jobs / used.count(), jobs / std::chrono::duration<double>(ended - began).count()};
}

Drained drain_by_peer(const Setting& setting) {
    const Database database(setting.cluster, "push_peer");
    const auto told = run_peer(
        "push.mjs", {database.uri(), setting.sink.url(), std::to_string(setting.jobs), kPeerConcurrency}
    );
    const auto jobs = static_cast<double>(setting.jobs);
    return {jobs / told.at("cpu_seconds").to_number<double>(), jobs / told.at("seconds").to_number<double>()};
}

/// The most calls that were open at once against a platform that takes a second for each.
int most_in_flight(const Setting& setting) {
    const Database database(setting.cluster, "push_slow");
    database.migrate();
    const PosterGroup group{"account-", kIntegrations};
    connect_poster(database, setting.sink.url(), group);
    setting.sink.reset();
    DaemonSetup setup;
    setup.engine = kManyCalls;
    Daemon daemon(setting.workspace, database, setup);
    daemon.start();
    queue_posts(database, group, "slow", kSlowCallsEach * kIntegrations);
    await_no_jobs(database, seconds(120));
    daemon.stop();
    return setting.sink.most_open();
}

int measure(int count, char** arguments) {
    const Workspace workspace;
    const Cluster cluster(workspace);
    HttpSink sink(at_once_or_slow(seconds(1)));
    const Setting setting{workspace, cluster, sink, amount(100'000)};
    Report report("push", count, arguments);
    if (wanted("drain")) {
        std::vector<double> rates;
        std::vector<double> peer_rates;
        std::vector<Contender> contenders{
            {"navette",
             [&] {
                 const auto drained = drain_by_navette(setting);
                 rates.push_back(drained.per_second);
                 return drained.per_cpu_second;
             }},
            {"graphile-worker and undici",
             [&] {
                 const auto drained = drain_by_peer(setting);
                 peer_rates.push_back(drained.per_second);
                 return drained.per_cpu_second;
             }},
            {"a bare libcurl loop", [&] { return raw_posts_by_libcurl(sink.url(), setting.jobs); }},
            {"a bare socket loop", [&] { return raw_posts_by_sockets(sink.url(), setting.jobs); }}
        };
        take_turns(contenders, rounds());
        const auto ours = contenders[0].result();
        const auto peer = contenders[1].result();
        const auto libcurl = contenders[2].result();
        const auto sockets = contenders[3].result();
        Table table({"one POST for each job", "jobs/CPU s", "of the peer", "jobs/s"});
        table.row(
            {contenders[0].name, figure_text(ours), figure_text(ours / peer, 2), figure_text(median(rates))}
        );
        table.row({contenders[1].name, figure_text(peer), "1.00", figure_text(median(peer_rates))});
        table.row({contenders[2].name, figure_text(libcurl), figure_text(libcurl / peer, 2), ""});
        table.row({contenders[3].name, figure_text(sockets), figure_text(sockets / peer, 2), ""});
        table.print();
        report.figure("jobs_per_cpu_s", ours);
        report.figure("ratio_peer", ratio(contenders[0], contenders[1]));
        report.figure("ratio_raw_curl", ratio(contenders[0], contenders[2]));
        report.figure("raw_curl_ratio_peer", ratio(contenders[2], contenders[1]));
        report.figure("raw_socket_ratio_peer", ratio(contenders[3], contenders[1]));
    }
    if (wanted("in_flight")) {
        const auto most = most_in_flight(setting);
        std::cout << "calls of 1 s open at once on one daemon, " << kIntegrations << " integrations: " << most
                  << "\n\n";
        report.figure("max_in_flight", most);
    }
    report.finish();
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    try {
        return measure(count, arguments);
    } catch (const std::exception& error) {
        std::cerr << "push: " << error.what() << '\n';
        return 1;
    }
}
