// This thread's connection to PostgreSQL, opened anew when it breaks.
#pragma once

#include "daemon/engine/signal.hpp"
#include "daemon/store/connection.hpp"

#include <functional>
#include <memory>
#include <string>

namespace navette::engine {

class Database {
  public:
    /// A connection's transactions can change nothing, whatever text they run.
    static constexpr const char* kReadOnly = "SET default_transaction_read_only = on";

    /// `set_up`: a statement that each new connection runs first.
    Database(boost::asio::any_io_executor executor, std::string conninfo, std::string set_up = {})
        : executor_(std::move(executor)), conninfo_(std::move(conninfo)), set_up_(std::move(set_up)) {}

    /// Called after each connection but the first: the server may be another one, and what it forgot in a
    /// crash is gone.
    void on_reopened(std::function<void()> call) { reopened_ = std::move(call); }

    /// The live connection, opened if need be. Fails at once where PostgreSQL cannot be reached; the caller
    /// waits and asks again. Callers that come while it is being opened wait for the same one.
    boost::asio::awaitable<core::Result<std::shared_ptr<store::Connection>>> connection();

    /// Drops the connection: what is under way on it fails.
    void close() { connection_.reset(); }

  private:
    boost::asio::any_io_executor executor_;
    std::string conninfo_;
    std::string set_up_;
    std::function<void()> reopened_;
    bool opened_before_ = false;
    std::shared_ptr<store::Connection> connection_;
    std::shared_ptr<boost::asio::steady_timer> opening_;  // cancelled when the attempt under way has ended
    core::Error last_error_;
};

}  // namespace navette::engine
