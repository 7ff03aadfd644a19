// A small HTTP/1.1 server on 127.0.0.1 for the stand-ins: one thread, keep-alive, one coroutine for each
// connection.
#pragma once

#include "daemon/core/error.hpp"
#include "tests/standin/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>

namespace navette::standin {

/// Answers one request. It is awaited to its end even when the client goes away meanwhile, as PHP finishes
/// its work.
using Handler = std::function<boost::asio::awaitable<Response>(Request)>;

class HttpServer {
  public:
    /// Listens on the port (0: any free one) and serves while the io_context runs. The handler, and what it
    /// refers to, must outlive the io_context. Fails when the port is taken.
    static core::Result<std::unique_ptr<HttpServer>> listen(
        boost::asio::io_context& io, std::uint16_t port, Handler handler
    );

    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    /// Stops accepting. Destroy it only when the io_context runs no more.
    ~HttpServer();

    std::uint16_t port() const;

  private:
    struct Listener;
    explicit HttpServer(std::unique_ptr<Listener> listener);

    std::unique_ptr<Listener> listener_;
};

}  // namespace navette::standin
