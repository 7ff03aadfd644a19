#include "tests/support/private_cluster.hpp"

#include "tests/support/fresh_folder.hpp"
#include "tests/support/process.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace navette::test {

namespace {

// Where TestDatabase looks for the cluster.
constexpr const char* kCluster = "NAVETTE_TEST_CLUSTER";
// libpq's own: of several hosts, the one that takes writes.
constexpr const char* kTarget = "PGTARGETSESSIONATTRS";
constexpr std::chrono::milliseconds kLookAgain{20};
constexpr int kMostLooks = 500;

}  // namespace

PrivateCluster::PrivateCluster(Standby standby) {
    folder_ = fresh_folder("navette-pg");
    const bool paired = standby == Standby::synchronous;
    control("start", paired ? "standby" : "");
    const char* former = std::getenv(kCluster);
    former_cluster_ = former == nullptr ? "" : former;
    const auto primary = (folder_ / "a").string();
    setenv(kCluster, (paired ? primary + "," + (folder_ / "b").string() : primary).c_str(), 1);
    if (paired) {
        setenv(kTarget, "read-write", 1);
    }
}

PrivateCluster::~PrivateCluster() {
    unsetenv(kTarget);
    setenv(kCluster, former_cluster_.c_str(), 1);
    try {
        control("stop");
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
    }
}

void PrivateCluster::restart() {
    control("restart", primary_);
}

void PrivateCluster::kill_primary() {
    control("kill", "a");
}

void PrivateCluster::promote_standby() {
    control("promote", "b");
    primary_ = "b";
}

bool PrivateCluster::standby_keeps_up() {
    const auto position = control("sql", "a", "SELECT pg_current_wal_lsn()");
    const auto there =
        "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND flush_lsn >= '" +
        position.substr(0, position.find('\n')) + "'";
    for (int tries = 0; tries < kMostLooks; ++tries) {
        if (control("sql", "a", there).starts_with("1")) {
            return true;
        }
        std::this_thread::sleep_for(kLookAgain);
    }
    return false;
}

void PrivateCluster::alter(const std::string& setting, const std::string& value) {
    control("sql", "a", "ALTER SYSTEM SET " + setting + " = " + value);
    control("sql", "a", "SELECT pg_reload_conf()");
}

std::string PrivateCluster::control(
    const std::string& action, const std::string& server, const std::string& sql
) const {
    std::vector<std::string> command{
        std::string(NAVETTE_SOURCE_DIR) + "/tests/support/private_cluster.sh", action, folder_.string()
    };
    for (const auto& word : {server, sql}) {
        if (!word.empty()) {
            command.push_back(word);
        }
    }
    const auto finished = run(command);
    if (finished.exit_code != 0) {
        throw std::runtime_error("private_cluster.sh " + action + " failed: " + finished.output);
    }
    return finished.output;
}

}  // namespace navette::test
