// Lanes that sleep: the database is told, so that who enqueues calls them, and who does not need to does not.
#pragma once

#include "daemon/engine/database.hpp"
#include "daemon/engine/loop.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <set>
#include <string>

namespace navette::engine {

class Sleepers {
  public:
    /// `node_id` is asked each time; `wake` is how a lane is called, by its integration's id.
    Sleepers(
        boost::asio::any_io_executor executor,
        Loops& loops,
        Database& control,
        std::function<std::string()> node_id,
        std::function<void(const std::string&)> wake
    );

    void falls_asleep(const std::string& integration_id);
    void wakes_up(const std::string& integration_id);

    /// Tells the database from now on.
    void start() { loop_.run(tell()); }

  private:
    boost::asio::awaitable<void> tell();
    /// False: the database could not be told.
    boost::asio::awaitable<bool> note(const std::set<std::string>& lanes, bool asleep);
    /// Calls lanes that have just fallen asleep, for jobs whose transaction saw them awake.
    boost::asio::awaitable<void> look_late(std::set<std::string> lanes);

    boost::asio::any_io_executor executor_;
    Database& control_;
    std::function<std::string()> node_id_;
    std::function<void(const std::string&)> wake_;
    std::set<std::string> falling_asleep_;
    std::set<std::string> waking_;
    Loop loop_;
};

}  // namespace navette::engine
