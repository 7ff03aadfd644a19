// This thread's connection to PostgreSQL, opened anew when it breaks.
#pragma once

#include "daemon/engine/signal.hpp"
#include "daemon/store/connection.hpp"

#include <memory>
#include <string>

namespace navette::engine {

class Database {
  public:
    /// A `read_only` connection's transactions can change nothing, whatever text they run.
    Database(boost::asio::any_io_executor executor, std::string conninfo, bool read_only = false)
        : executor_(std::move(executor)), conninfo_(std::move(conninfo)), read_only_(read_only) {}

    /// The live connection, opened if need be. Fails at once where PostgreSQL cannot be reached; the caller
    /// waits and asks again. Callers that come while it is being opened wait for the same one.
    boost::asio::awaitable<core::Result<std::shared_ptr<store::Connection>>> connection();

    /// Drops the connection: what is under way on it fails.
    void close() { connection_.reset(); }

  private:
    boost::asio::any_io_executor executor_;
    std::string conninfo_;
    bool read_only_;
    std::shared_ptr<store::Connection> connection_;
    std::shared_ptr<boost::asio::steady_timer> opening_;  // cancelled when the attempt under way has ended
    core::Error last_error_;
};

}  // namespace navette::engine
