// Watches one declared source: reads its rows when due or on demand, and as triggers capture changes, and
// offers them to the queue.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/engine/capture_listener.hpp"
#include "daemon/engine/capture_rhythm.hpp"
#include "daemon/engine/database.hpp"
#include "daemon/engine/signal.hpp"
#include "daemon/engine/source_pressure.hpp"
#include "daemon/engine/source_reader.hpp"
#include "daemon/plugins/inventory.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace navette::engine {

class SourceWatch {
  public:
    /// The queue's database outlives the watch; `own_url` is where the source's tables are unless its
    /// settings say otherwise. `inventory` and `node_id` are asked at each run.
    SourceWatch(
        const boost::asio::any_io_executor& executor,
        config::SourceSettings settings,
        Database& database,
        const std::string& own_url,
        std::function<std::shared_ptr<const plugins::Inventory>()> inventory,
        std::function<std::string()> node_id
    );

    /// Runs until stop().
    boost::asio::awaitable<void> run();

    /// Somebody asked for a run (navettectl source run), or the source's triggers call.
    void look() {
        told_ = true;
        changed_.notify();
    }
    /// Something happened that its rows will show: run without waiting for the next turn.
    void run_now() {
        asked_ = true;
        look();
    }
    void stop();

    [[nodiscard]] const config::SourceSettings& settings() const { return settings_; }

  private:
    /// Tells of it; returns when to try again.
    std::chrono::milliseconds after_failure(const core::Error& error) const;
    /// Does what is due; returns how long nothing is.
    boost::asio::awaitable<core::Result<std::chrono::milliseconds>> work();
    boost::asio::awaitable<core::Result<std::chrono::milliseconds>> take_turn(store::Connection& queue);
    boost::asio::awaitable<core::Result<SourceReader>> reader(std::shared_ptr<store::Connection> queue);
    boost::asio::awaitable<core::Result<void>> sweep(std::shared_ptr<store::Connection> queue);
    /// Looks for captured keys; returns when to look again.
    boost::asio::awaitable<core::Result<std::chrono::milliseconds>> take_captured(
        std::shared_ptr<store::Connection> queue
    );
    /// Finds out whether the triggers stand as configured.
    boost::asio::awaitable<core::Result<void>> look_for_triggers(store::Connection& queue);
    boost::asio::awaitable<core::Result<void>> say(bool asleep);
    boost::asio::awaitable<core::Result<void>> note(
        store::Connection& queue,
        const SourceProgress& progress,
        bool swept,
        bool full,
        core::Result<void> result
    );
    [[nodiscard]] store::SourceOffer offer() const;
    [[nodiscard]] bool captures() const { return !settings_.capture.empty(); }
    /// Where captured keys are written to by us.
    [[nodiscard]] Database& capture_database() { return elsewhere_ ? *elsewhere_ : database_; }

    boost::asio::any_io_executor executor_;
    config::SourceSettings settings_;
    Database& database_;
    std::function<std::shared_ptr<const plugins::Inventory>()> inventory_;
    std::function<std::string()> node_id_;
    Database source_;                      // read-only: a source's query is an administrator's text
    std::unique_ptr<Database> elsewhere_;  // of a source that is captured in another database
    std::shared_ptr<CaptureListener> listener_;
    Signal changed_;
    SourcePressure pressure_;
    CaptureRhythm rhythm_;
    bool attached_ = false;
    std::string capture_noted_;
    std::optional<store::SourceTurn> turn_;  // as it was taken last
    std::chrono::steady_clock::time_point taken_at_{};
    std::chrono::steady_clock::time_point sweep_at_{};
    std::chrono::steady_clock::time_point retry_at_{};  // no sooner after a sweep that failed, unless asked
    bool mine_ = false;                                 // this node had it when it last asked
    bool told_ = false;
    bool asked_ = false;
    bool stopping_ = false;
};

/// The tables and keys of a source's `capture` as the JSON that is stored with its triggers.
[[nodiscard]] std::string capture_definition(const config::SourceSettings& settings);

}  // namespace navette::engine
