#include "tests/bench/limits_run.hpp"

#include "tests/bench/harness/daemon.hpp"
#include "tests/bench/limited_platform.hpp"
#include "tests/bench/poster/poster_load.hpp"
#include "tests/bench/progress.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <thread>

namespace navette::bench {

using std::chrono::seconds;

namespace {

constexpr SlidingLimit kAll{100, seconds(10)};
constexpr SlidingLimit kSearch{4, seconds(1)};
constexpr const char* kManifest =
    "limits: [{requests: 100, per: 10s}, {requests: 4, per: 1s, route: \"POST /search\"}]\n";
constexpr seconds kMeasured{60};
// The first window fills, the minute, and what the slowest account needs to begin.
constexpr seconds kRun{75};

long enough_for_the_run(SlidingLimit limit) {
    return 2 * limit.calls * (kRun / limit.per);
}

/// A run that lost jobs or whose platform was never called says nothing.
std::chrono::steady_clock::time_point first_call(
    const std::string& name, const LimitedPlatform::Account& account
) {
    if (account.accepted.empty()) {
        throw std::runtime_error("no call came for the account " + name);
    }
    return account.accepted.front();
}

}  // namespace

LimitsUse use_limits(
    const Workspace& workspace,
    const Cluster& cluster,
    int daemons,
    const std::vector<LimitedAccount>& accounts
) {
    const Database database(cluster, "limits");
    database.migrate();
    LimitedPlatform platform(kAll, kSearch);
    std::vector<std::unique_ptr<Daemon>> running;
    for (int number = 1; number <= daemons; ++number) {
        DaemonSetup setup;
        setup.node = "bench-" + std::to_string(number);
        setup.overrides["poster"] = kManifest;
        running.push_back(std::make_unique<Daemon>(workspace, database, setup));
        running.back()->start();
    }
    for (const auto& account : accounts) {
        connect_poster(database, platform.url(), {account.name, account.integrations, true});
    }
    await_all_asleep(database, seconds(60));
    for (const auto& account : accounts) {
        const PosterGroup group{account.name, account.integrations, true};
        if (account.items) {
            queue_posts(database, group, "item", enough_for_the_run(kAll));
        }
        if (account.searches) {
            queue_posts(database, group, "search", enough_for_the_run(kSearch));
        }
    }
    std::this_thread::sleep_for(kRun);
    const auto seen = platform.accounts();

    LimitsUse use{
        1, 0, Table({"account", "calls", "refused", "used of 100 in 10 s", "used of 4 searches in 1 s"})
    };
    std::size_t calls = 0;
    int refused = 0;
    for (const auto& account : accounts) {
        const auto found = seen.find(account.name);
        const auto& counts = found == seen.end() ? LimitedPlatform::Account() : found->second;
        const auto from = first_call(account.name, counts) + kAll.per;
        const auto all = utilisation(counts.accepted, kAll, from, from + kMeasured);
        const auto searches = utilisation(counts.searches, kSearch, from, from + kMeasured);
        // Searches alone cannot fill the wider limit; beside items they share it.
        use.utilisation = std::min(use.utilisation, account.items ? all : searches);
        calls += counts.accepted.size();
        refused += counts.refused;
        use.table.row(
            {account.name,
             figure_text(static_cast<double>(counts.accepted.size())),
             figure_text(counts.refused),
             figure_text(all, 4),
             account.searches ? figure_text(searches, 4) : ""}
        );
    }
    use.rejected_share = refused / static_cast<double>(calls + static_cast<std::size_t>(refused));
    for (const auto& daemon : running) {
        daemon->kill();
    }
    return use;
}

}  // namespace navette::bench
