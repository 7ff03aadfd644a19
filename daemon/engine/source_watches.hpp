// The watches of all declared sources.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/engine/database.hpp"
#include "daemon/engine/loop.hpp"
#include "daemon/engine/source_watch.hpp"
#include "daemon/plugins/inventory.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace navette::engine {

class SourceWatches {
  public:
    /// As SourceWatch takes them.
    SourceWatches(
        boost::asio::any_io_executor executor,
        Loops& loops,
        Database& database,
        std::function<std::shared_ptr<const plugins::Inventory>()> inventory,
        std::function<std::string()> node_id
    );

    /// Watches the declared sources, and those alone.
    void start(const config::Settings& settings);
    void stop();

    /// Somebody asked for a run of the source, or its triggers call.
    void look(std::string_view name);
    /// Runs what watches records of `watched`, "<tenant>:<entity type>".
    void run_those_of(std::string_view watched);

  private:
    boost::asio::any_io_executor executor_;
    Loops& loops_;
    Database& database_;
    std::function<std::shared_ptr<const plugins::Inventory>()> inventory_;
    std::function<std::string()> node_id_;
    std::vector<std::shared_ptr<SourceWatch>> watches_;
};

}  // namespace navette::engine
