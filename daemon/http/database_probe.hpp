// Asks PostgreSQL once a second whether it answers and holds the schema that this program needs.
#pragma once

#include "daemon/engine/database.hpp"
#include "daemon/http/readiness.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <string>

namespace navette::http {

class DatabaseProbe {
  public:
    /// `readiness` must outlive it.
    DatabaseProbe(
        const boost::asio::any_io_executor& executor, const std::string& conninfo, Readiness& readiness
    );

    /// Until stop().
    boost::asio::awaitable<void> run();
    void stop();

  private:
    static constexpr std::chrono::milliseconds kEvery{1'000};

    boost::asio::awaitable<void> ask();

    engine::Database database_;
    Readiness& readiness_;
    boost::asio::steady_timer timer_;
    bool stopping_ = false;
};

}  // namespace navette::http
