// A connection that only listens: LISTEN needs one of its own, outside pipeline mode.
#pragma once

#include "daemon/core/error.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <vector>

namespace navette::store {

class Listener {
  public:
    /// Connects, takes the session-level advisory lock `exclusive_key` where that is not empty (fails with
    /// `conflict` if another session holds it; PostgreSQL frees it the moment this process dies), and listens
    /// on `channel`. `former`: the session() of a listener that is lost. PostgreSQL may not know yet that it
    /// is: it is ended first.
    [[nodiscard]] static boost::asio::awaitable<core::Result<std::unique_ptr<Listener>>> open(
        boost::asio::any_io_executor executor,
        std::string conninfo,
        std::string channel,
        std::string exclusive_key,
        std::string former = {}
    );

    ~Listener();
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    /// Waits for notifications; returns their payloads, at least one. Fails when the connection breaks or
    /// close() is called.
    boost::asio::awaitable<core::Result<std::vector<std::string>>> next();

    void close();

    /// Names the session among all that its server ever had.
    [[nodiscard]] const std::string& session() const;

  private:
    class Impl;
    explicit Listener(std::shared_ptr<Impl> impl);

    std::shared_ptr<Impl> impl_;
};

}  // namespace navette::store
