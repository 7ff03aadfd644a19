// The daemon's work on one thread: this node's registration, its lanes, its sources, and housekeeping.
#pragma once

#include "daemon/engine/account.hpp"
#include "daemon/engine/boot_clock.hpp"
#include "daemon/engine/configuration.hpp"
#include "daemon/engine/database.hpp"
#include "daemon/engine/journal.hpp"
#include "daemon/engine/lane.hpp"
#include "daemon/engine/loop.hpp"
#include "daemon/engine/oauth_keeper.hpp"
#include "daemon/engine/sleepers.hpp"
#include "daemon/engine/source_watches.hpp"
#include "daemon/engine/transport.hpp"
#include "daemon/engine/wake_listener.hpp"
#include "daemon/store/leases.hpp"

#include <array>
#include <map>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace navette::engine {

class SideWork;

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

    [[nodiscard]] const Heartbeats& heartbeats() const { return loops_.heartbeats(); }

    /// Whether this node may act for what it owns: it renewed its lease in time.
    [[nodiscard]] bool holds_its_leases() const { return lease_is_fresh(); }

    /// "2 integrations, 3 calls in flight", for systemd's status line.
    [[nodiscard]] std::string status() const;

  private:
    void use_settings();
    void start_loops();
    boost::asio::awaitable<core::Result<void>> publish();
    [[nodiscard]] KeeperNeeds keeper_needs();
    [[nodiscard]] std::unique_ptr<SideWork> make_side_work();
    [[nodiscard]] int calls_in_flight() const;
    /// Waits until no call is in flight, at most for `limit`.
    boost::asio::awaitable<void> calls_end(std::chrono::milliseconds limit);

    // engine_wakeups.cpp
    void on_wake(const std::string& payload);
    /// Null where this node does not own the integration.
    [[nodiscard]] Lane* lane_of(const std::string& integration_id) const;
    void look(const std::string& integration_id);
    void look_closely(const std::string& integration_id);
    boost::asio::awaitable<void> poll_loop();

    // engine_ownership.cpp
    [[nodiscard]] bool lease_is_fresh() const;
    /// Whether this node may act as the owner with that epoch: asked before each request leaves.
    [[nodiscard]] bool holds_lease(const std::string& integration_id, std::int64_t epoch) const;
    boost::asio::awaitable<core::Result<void>> join();
    boost::asio::awaitable<void> renew_loop();
    boost::asio::awaitable<void> ownership_loop();
    boost::asio::awaitable<core::Result<void>> update_ownership();
    /// Until a third of the lease has passed, something has changed, or another node is due to be found dead.
    boost::asio::awaitable<void> wait_for_next_look();

    /// Notes what this node owns by its last look.
    void hold(const std::vector<store::Ownership>& owned);
    /// Stops an integration's lane. Its lease is to be given up when its calls in flight have ended.
    void send_off(const std::string& integration_id);
    /// Gives up what was sent off, each lease as soon as its lane is idle. Returns when nothing is left, at
    /// the deadline, or where the database is away: then the next look begins again.
    boost::asio::awaitable<void> hand_over(std::chrono::steady_clock::time_point deadline);
    [[nodiscard]] std::vector<std::string> ready_to_hand_over();
    /// False where the database is away.
    boost::asio::awaitable<bool> give_up(std::vector<std::string> integrations);
    /// The orderly end: makes this node preferred for nothing and hands over all it can until the deadline.
    boost::asio::awaitable<void> leave(std::chrono::steady_clock::time_point deadline);
    /// The last word to the database: what is still held is given back, and the node is gone.
    boost::asio::awaitable<void> sign_off();

    // engine_lanes.cpp
    boost::asio::awaitable<void> load_lanes(std::vector<store::Ownership> owned);
    /// False where the database is away: the next look at what is owned begins again.
    boost::asio::awaitable<bool> load_some_lanes(std::span<const store::Ownership> owned);
    void drop_lanes(std::string_view why);
    /// Stops an integration's lane; its calls in flight finish.
    void retire(const std::string& integration_id);
    [[nodiscard]] bool is_leaving(const std::string& integration_id) const;
    /// The integration's tokens are renewed, its changes pulled and its subscriptions looked after from now
    /// on.
    void watch(const std::shared_ptr<const Integration>& integration, std::int64_t epoch);
    void unwatch(const std::string& integration_id);

    boost::asio::any_io_executor executor_;
    Configuration configuration_;
    Database database_;                 // lanes and their journal
    Database bulk_;                     // what lanes with a backlog read
    std::array<Database, 2> bulk_log_;  // and what they write, beside it
    Database control_;                  // node and leases, never behind a long read
    Database renewal_;  // the node's own row alone: whatever holds up the others, the lease is kept
    outbound::HttpClient http_;
    NetworkTransport transport_;
    Accounts accounts_;
    Journal journal_;
    Journal bulk_journal_;
    CallPlaces places_;
    SuspectRoom suspects_;
    core::MemoryShares memory_{kJobMemory};
    RightOfWay right_of_way_;
    std::mt19937_64 random_;
    Loops loops_;
    Workshop workshop_;
    OAuthKeeper keeper_;
    std::unique_ptr<SideWork> side_work_;
    SharedMappings mappings_;

    std::string node_id_;
    BootClock::time_point renewed_at_{};
    std::map<std::string, std::shared_ptr<Lane>> lanes_;  // by integration id
    std::map<std::string, std::int64_t> broken_;  // integrations that cannot be assembled, with their version
    std::map<std::string, std::int64_t> versions_;
    std::vector<std::shared_ptr<Lane>> leaving_;  // stopped, calls still in flight
    std::map<std::string, std::int64_t> held_;    // leases of this node by integration id, with their epochs
    // Leases to be given up, and how long their calls have for it.
    std::map<std::string, std::chrono::steady_clock::time_point> handing_over_;
    bool hands_over_ = false;  // a hand_over() is under way
    bool draining_ = false;    // on its way out: takes nothing more
    WakeListener listener_;
    SourceWatches sources_;
    Sleepers sleepers_;

    Loop renew_loop_{loops_, "renew"};
    Loop ownership_loop_{loops_, "ownership"};
    // Where looking takes long, the poll goes round more seldom, but not less often than this.
    static constexpr std::chrono::milliseconds kLongestPoll{30'000};
    Loop poll_loop_{loops_, "poll"};
    Loop statistics_loop_{loops_, "statistics"};
    Loop sweep_loop_{loops_, "sweep"};
    Loop budgets_loop_{loops_, "budgets"};
    Loop oauth_loop_{loops_, "oauth"};
    Loop pull_loop_{loops_, "pulls"};
    Loop guardian_loop_{loops_, "guardian"};
    Loop housekeeping_loop_{loops_, "housekeeping"};
    int concurrency_ = 0;  // of places_
};

}  // namespace navette::engine
