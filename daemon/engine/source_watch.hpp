// Watches one declared source: reads its rows when due or on demand and offers them to the queue.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/engine/database.hpp"
#include "daemon/engine/signal.hpp"
#include "daemon/plugins/inventory.hpp"

#include <functional>
#include <memory>
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

    /// Somebody asked for a run (navettectl source run).
    void look() { changed_.notify(); }
    /// Something happened that its rows will show: run without waiting for the next turn.
    void run_now() {
        asked_ = true;
        look();
    }
    void stop();

    [[nodiscard]] const config::SourceSettings& settings() const { return settings_; }

  private:
    boost::asio::awaitable<core::Result<std::chrono::milliseconds>> run_if_due();
    boost::asio::awaitable<core::Result<void>> read(
        std::shared_ptr<store::Connection> queue,
        std::shared_ptr<store::Connection> source,
        bool full,
        struct SourceProgress& progress
    );

    boost::asio::any_io_executor executor_;
    config::SourceSettings settings_;
    Database& database_;
    std::function<std::shared_ptr<const plugins::Inventory>()> inventory_;
    std::function<std::string()> node_id_;
    Database source_;  // read-only: a source's query is an administrator's text
    Signal changed_;
    bool asked_ = false;
    bool stopping_ = false;
};

}  // namespace navette::engine
