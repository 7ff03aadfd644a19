// The daemon's work on one thread: this node's registration, its lanes, its sources, and housekeeping.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/engine/account.hpp"
#include "daemon/engine/database.hpp"
#include "daemon/engine/heartbeats.hpp"
#include "daemon/engine/journal.hpp"
#include "daemon/engine/lane.hpp"
#include "daemon/engine/source_watch.hpp"
#include "daemon/engine/transport.hpp"
#include "daemon/plugins/inventory.hpp"
#include "daemon/secrets/vault.hpp"
#include "daemon/store/leases.hpp"
#include "daemon/store/listener.hpp"

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace navette::engine {

/// What the administrator's files say, read and checked: replaced as a whole by a reload.
struct Configuration {
    config::Settings settings;
    std::shared_ptr<const plugins::Inventory> inventory;
    std::optional<secrets::Vault> vault;
};

class Engine {
  public:
    Engine(const boost::asio::any_io_executor& executor, Configuration configuration);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// Registers the node and starts every loop. Fails where the database cannot be reached or another
    /// process runs under this node's name.
    boost::asio::awaitable<core::Result<void>> start();

    /// Takes over a new configuration without losing work. Database, node and connector folder need a
    /// restart; the caller says so.
    void reload(Configuration configuration);

    /// Stops starting, waits for what is in flight at most until the configured deadline, gives the leases
    /// back.
    boost::asio::awaitable<void> drain();

    [[nodiscard]] const Heartbeats& heartbeats() const { return heartbeats_; }

    /// "2 integrations, 3 calls in flight", for systemd's status line.
    [[nodiscard]] std::string status() const;

  private:
    using Loop = boost::asio::awaitable<void> (Engine::*)();
    /// While the database is away, a loop asks again this often.
    static constexpr std::chrono::milliseconds kDatabaseAgain{1'000};

    void run_loop(const std::string& name, std::chrono::milliseconds allowed, Loop loop);
    boost::asio::awaitable<void> beat_and_wait(
        std::string loop, Signal& signal, std::chrono::milliseconds span
    );

    boost::asio::awaitable<core::Result<void>> join();
    boost::asio::awaitable<core::Result<void>> publish();
    boost::asio::awaitable<void> renew_loop();
    boost::asio::awaitable<void> ownership_loop();
    boost::asio::awaitable<core::Result<void>> update_ownership();
    boost::asio::awaitable<void> load_lanes(std::vector<store::Ownership> owned);
    boost::asio::awaitable<void> listen_loop();
    boost::asio::awaitable<void> poll_loop();
    boost::asio::awaitable<void> sleep_loop();
    boost::asio::awaitable<void> sweep_loop();
    boost::asio::awaitable<void> housekeeping_loop();

    /// Waits until no call is in flight, at most for `limit`.
    boost::asio::awaitable<void> calls_end(std::chrono::milliseconds limit);
    void on_wake(const std::string& payload);
    void drop_lanes(std::string_view why);
    /// Stops an integration's lane; its calls in flight finish.
    void retire(const std::string& integration_id);
    [[nodiscard]] bool is_leaving(const std::string& integration_id) const;
    void start_sources();
    [[nodiscard]] bool lease_is_fresh() const;
    [[nodiscard]] int calls_in_flight() const;

    boost::asio::any_io_executor executor_;
    Configuration configuration_;
    Database database_;  // lanes and journal
    Database control_;   // node and leases, never behind a long read
    outbound::HttpClient http_;
    NetworkTransport transport_;
    Accounts accounts_;
    Journal journal_;
    std::mt19937_64 random_;
    Heartbeats heartbeats_;
    Workshop workshop_;

    std::string node_id_;
    std::chrono::steady_clock::time_point renewed_at_{};
    std::unique_ptr<store::Listener> listener_;
    std::map<std::string, std::shared_ptr<Lane>> lanes_;  // by integration id
    std::map<std::string, std::int64_t> broken_;  // integrations that cannot be assembled, with their version
    std::map<std::string, std::int64_t> versions_;
    std::vector<std::shared_ptr<Lane>> leaving_;  // stopped, calls still in flight
    std::vector<std::shared_ptr<SourceWatch>> sources_;
    std::set<std::string> falling_asleep_;
    std::set<std::string> waking_;

    Signal renew_signal_;
    Signal ownership_signal_;
    Signal poll_signal_;
    Signal sleep_signal_;
    Signal sweep_signal_;
    Signal housekeeping_signal_;
    int loops_running_ = 0;
    bool stopping_ = false;
};

}  // namespace navette::engine
