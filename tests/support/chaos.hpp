// What a chaos test does to a fleet at random, reproducibly by its seed, and the work that it enqueues
// meanwhile.
#pragma once

#include "tests/support/fleet.hpp"
#include "tests/support/private_cluster.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace navette::test {

/// One application that enqueues all the time on a thread of its own, in transactions that stay open for a
/// while, overlap with those of others, and sometimes are rolled back. What it committed stands in table
/// `accepted` (tenant, kind, entity, seq, job): written in the same transaction, it is true whatever dies.
class Application {
  public:
    /// `number` tells its records from those of others.
    Application(TestDatabase& database, int number, int tenants, std::uint64_t seed);
    /// Ends the thread.
    ~Application();
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;

    /// Makes the table; once, before the first one.
    static void make_table(TestDatabase& database);

    /// Enqueues each record a last time and ends. Throws what went wrong on the thread.
    void finish();

  private:
    void run();
    void enqueue(pqxx::work& work, const std::string& kind, int record);
    void transaction(const std::vector<std::pair<std::string, int>>& events, bool commit);

    TestDatabase& database_;
    int number_;
    int tenants_;
    std::mt19937_64 random_;
    long seq_ = 0;
    std::atomic<bool> over_ = false;
    std::exception_ptr failure_;
    std::thread thread_;
};

/// Kills, pauses and stops nodes, restarts the database, cuts connections and makes the platform fail. A node
/// that is gone, for whatever reason, is started again after a while, as systemd would.
class Chaos {
  public:
    /// `longest_pause`: of a paused or dead node; let it be longer than the lease.
    Chaos(
        Fleet& fleet,
        PrivateCluster& cluster,
        TestDatabase& database,
        ProbeServer& probe,
        std::chrono::milliseconds longest_pause,
        std::uint64_t seed
    );

    /// Goes on for that long.
    void rage(std::chrono::milliseconds time);

    /// The primary dies in the midst of it, and the standby is promoted. Throws where the standby lags
    /// behind.
    void fail_over();

    /// No more faults. Keeps every node running until no job is pending; throws after `limit`.
    void calm(std::chrono::milliseconds limit);

    /// How often each thing was done.
    [[nodiscard]] const std::map<std::string, int>& done() const { return done_; }

  private:
    using SteadyTime = std::chrono::steady_clock::time_point;
    enum class State { running, paused, dead };
    struct Node {
        State state = State::running;
        SteadyTime until;
    };

    void strike();
    void befall(int node);
    void plague();
    void look_after();
    std::chrono::milliseconds at_most(std::chrono::milliseconds longest);

    Fleet& fleet_;
    PrivateCluster& cluster_;
    TestDatabase& database_;
    ProbeServer& probe_;
    std::chrono::milliseconds longest_pause_;
    std::mt19937_64 random_;
    std::vector<Node> nodes_;
    std::map<std::string, int> done_;
};

}  // namespace navette::test
