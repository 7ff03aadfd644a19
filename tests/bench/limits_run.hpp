// A run against a platform that enforces its limits: how much of them navetted used, and how often it was
// refused.
#pragma once

#include "tests/bench/harness/cluster.hpp"
#include "tests/bench/harness/report.hpp"
#include "tests/bench/harness/workspace.hpp"

#include <string>
#include <vector>

namespace navette::bench {

/// One remote account and the work for it: more of each object than its limits let through in a run.
struct LimitedAccount {
    std::string name;
    int integrations = 1;  // they share the account
    bool items = false;
    bool searches = false;
};

struct LimitsUse {
    double utilisation = 0;     // of the account whose limit was used least
    double rejected_share = 0;  // of all calls of all accounts
    Table table;
};

/// Gives `daemons` daemons on one database work for the accounts, waits a minute after each account's longest
/// window has filled, and measures that minute. The platform allows each account 100 calls in any 10 s, and
/// of them 4 in any second to /search; what it refuses does not count there.
[[nodiscard]] LimitsUse use_limits(
    const Workspace& workspace,
    const Cluster& cluster,
    int daemons,
    const std::vector<LimitedAccount>& accounts
);

}  // namespace navette::bench
