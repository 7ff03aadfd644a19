// The real navetted of this build, working on one database with the connectors of the benchmarks.
#pragma once

#include "tests/bench/harness/cluster.hpp"
#include "tests/bench/harness/workspace.hpp"
#include "tests/support/process.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace navette::bench {

/// How one daemon is set up; every member has the value that a measurement usually wants.
struct DaemonSetup {
    std::string node = "bench";
    std::string engine = "{}";  // the section engine of the configuration, as YAML
    std::string more;           // further sections, as YAML
    std::string connectors{"bench_connectors"
    };  // the folder under lib: the benchmarks' own, or the real ones
    std::map<std::string, std::string> overrides;  // connectors.d: slug -> YAML
    std::map<std::string, std::string> environment;
};

class Daemon {
  public:
    /// Writes the configuration into the workspace; starts nothing.
    Daemon(const Workspace& workspace, const Database& database, DaemonSetup setup = {});
    /// Where an exception is under way, prints what the daemon logged.
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Returns when it says that it is ready; throws with its log where it ends before.
    void start();
    /// SIGTERM, and waits for the end; throws with its log when it ended otherwise than with 0.
    void stop();
    /// SIGKILL, and gone.
    void kill();

    [[nodiscard]] pid_t pid() const;
    /// User and system time that the running daemon has used.
    [[nodiscard]] std::chrono::duration<double> cpu_time() const;
    /// Resident memory in MiB: now, and the highest since it started.
    [[nodiscard]] double resident_mib() const;
    [[nodiscard]] double highest_resident_mib() const;
    /// What it logged since its last start.
    [[nodiscard]] std::string log() const;

    /// Runs navettectl with this daemon's configuration; throws with its output where it fails.
    std::string ctl(std::vector<std::string> words) const;

  private:
    [[nodiscard]] double status_mib(const std::string& field) const;

    std::filesystem::path folder_;
    std::map<std::string, std::string> environment_;
    std::unique_ptr<test::Process> process_;
};

}  // namespace navette::bench
