// Several navetted on one database, all working for Probe, and what befalls them: death, a pause, an orderly
// stop.
#pragma once

#include "tests/support/probe/probe_server.hpp"
#include "tests/support/process.hpp"
#include "tests/support/test_database.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace navette::test {

/// What a test wants otherwise than usual.
struct FleetWishes {
    int nodes = 1;
    int tenants = 1;   // "t0", "t1", ..: each with one integration
    int accounts = 1;  // the tenants' integrations are dealt out to so many remote accounts
    std::string lease = "1s";
    std::string engine;    // more keys of the section: ", quarantine_after: 100"
    std::string manifest;  // YAML laid over the connector's manifest
    std::string settings;  // YAML appended to each node's configuration; %P is a port of its own
    std::vector<std::string> integration;  // more words of `integration add`
    std::string database;                  // the way to the database, where it is not its own address
};

class Fleet {
  public:
    /// Writes the files and connects the tenants; starts nothing.
    Fleet(TestDatabase& database, const ProbeServer& probe, const FleetWishes& wishes = FleetWishes());
    /// Kills what runs. After a failure it prints the ends of the logs.
    ~Fleet();
    Fleet(const Fleet&) = delete;
    Fleet& operator=(const Fleet&) = delete;

    [[nodiscard]] int size() const { return static_cast<int>(nodes_.size()); }

    /// Starts a node and returns when it is ready.
    void start(int node);
    void start_all();
    /// Starts a node and returns at once.
    void launch(int node);
    /// Sends a signal to a node that runs.
    void signal(int node, int number);
    /// SIGKILL, and gone.
    void kill(int node);
    /// SIGTERM; returns the exit code.
    int stop(int node);
    /// Whether its process is there. A node that ended by itself is not.
    [[nodiscard]] bool runs(int node) const;
    /// The port that %P became.
    [[nodiscard]] std::uint16_t port(int node) const { return at(node).port; }

    /// Runs navettectl with the first node's configuration; throws where it fails.
    std::string ctl(std::vector<std::string> words) const;

    /// Waits for a node to end by itself; returns as Process::wait.
    int await_end(int node, std::chrono::milliseconds limit = std::chrono::seconds(60));

    /// Waits until the log that a node wrote since its last start has this text; throws after `limit`.
    void await_log(
        int node, const std::string& text, std::chrono::milliseconds limit = std::chrono::seconds(30)
    );
    /// Everything a node wrote, over all its starts.
    [[nodiscard]] std::string log(int node) const;

  private:
    struct Node {
        std::filesystem::path config;
        std::filesystem::path log;
        std::uint16_t port = 0;
        std::uintmax_t log_start = 0;  // where the log of the last start begins
        std::unique_ptr<Process> process;
    };

    Node& at(int node) { return nodes_.at(static_cast<std::size_t>(node)); }
    [[nodiscard]] const Node& at(int node) const { return nodes_.at(static_cast<std::size_t>(node)); }

    std::filesystem::path folder_;
    std::vector<Node> nodes_;
};

}  // namespace navette::test
