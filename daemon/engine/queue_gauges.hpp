// Keeps the gauges of the queue up to date. Counts on a connection of its own, so that no job waits for it.
#pragma once

#include "daemon/engine/database.hpp"
#include "daemon/store/queue_depth.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace navette::engine {

class QueueGauges {
  public:
    /// Counts at most once in `every`, and more seldom where counting takes long (modest_pause.hpp).
    QueueGauges(
        const boost::asio::any_io_executor& executor, std::string conninfo, std::chrono::milliseconds every
    );

    /// Counts as long as this exists. A count that fails is logged, and the gauges keep their values.
    boost::asio::awaitable<void> run();

  private:
    boost::asio::awaitable<core::Result<std::vector<store::PlatformDepth>>> count();
    void set(const std::vector<store::PlatformDepth>& depths);

    Database database_;
    std::chrono::milliseconds every_;
    boost::asio::steady_timer timer_;
    std::set<std::string> platforms_;  // that have gauges
};

}  // namespace navette::engine
