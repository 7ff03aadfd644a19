// An HTTP server of a few lines on the test's own io_context: each test scripts what a connection does.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::outbound::test {

constexpr auto kNoThrow = boost::asio::as_tuple(boost::asio::use_awaitable);

struct Received {
    std::string head;  // request line and headers
    std::string body;
};

/// One accepted connection.
class Peer {
  public:
    Peer(boost::asio::ip::tcp::socket socket, std::vector<Received>& log)
        : socket_(std::move(socket)), log_(&log) {}

    /// The next request, which is also logged; nothing once the client has gone.
    boost::asio::awaitable<std::optional<Received>> read() {
        const auto [error, head_size] = co_await boost::asio::async_read_until(
            socket_, boost::asio::dynamic_buffer(buffer_), "\r\n\r\n", kNoThrow
        );
        if (error) {
            co_return std::nullopt;
        }
        Received request;
        request.head = buffer_.substr(0, head_size);
        buffer_.erase(0, head_size);
        const auto field = request.head.find("Content-Length: ");
        const std::size_t length =
            field == std::string::npos ? 0 : std::stoul(request.head.substr(field + 16));
        if (length > buffer_.size()) {
            const auto missing = length - buffer_.size();
            const auto [cut, size] = co_await boost::asio::async_read(
                socket_,
                boost::asio::dynamic_buffer(buffer_),
                boost::asio::transfer_exactly(missing),
                kNoThrow
            );
            if (cut) {
                co_return std::nullopt;
            }
        }
        request.body = buffer_.substr(0, length);
        buffer_.erase(0, length);
        log_->push_back(request);
        co_return request;
    }

    boost::asio::awaitable<void> write(std::string bytes) {
        co_await boost::asio::async_write(socket_, boost::asio::buffer(bytes), kNoThrow);
    }

    /// Returns when the client has closed the connection; takes in and drops what it still sends.
    boost::asio::awaitable<void> wait_for_close() {
        std::array<char, 1024> dropped{};
        for (;;) {
            const auto [error, size] =
                co_await socket_.async_read_some(boost::asio::buffer(dropped), kNoThrow);
            if (error) {
                co_return;
            }
        }
    }

    /// Closes so that the client's side sees a reset instead of an end.
    void reset() {
        socket_.set_option(boost::asio::socket_base::linger(true, 0));
        socket_.close();
    }

  private:
    boost::asio::ip::tcp::socket socket_;
    std::vector<Received>* log_;
    std::string buffer_;
};

class LoopbackServer {
  public:
    using Session = std::function<boost::asio::awaitable<void>(Peer&)>;

    LoopbackServer(boost::asio::io_context& io, Session session)
        : acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}),
          port_(acceptor_.local_endpoint().port()),
          session_(std::move(session)) {
        boost::asio::co_spawn(io, accept(), boost::asio::detached);
    }

    [[nodiscard]] std::string url(
        std::string_view path, std::string_view host = "127.0.0.1", std::string_view scheme = "http"
    ) const {
        return std::string(scheme) + "://" + std::string(host) + ":" + std::to_string(port_) +
               std::string(path);
    }
    [[nodiscard]] int connections() const { return connections_; }
    [[nodiscard]] const std::vector<Received>& received() const { return received_; }
    void stop_listening() { acceptor_.close(); }

  private:
    boost::asio::awaitable<void> accept() {
        for (;;) {
            auto [error, socket] = co_await acceptor_.async_accept(kNoThrow);
            if (error) {
                co_return;
            }
            ++connections_;
            boost::asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), boost::asio::detached);
        }
    }
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket) {
        Peer peer(std::move(socket), received_);
        co_await session_(peer);
    }

    boost::asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_;
    Session session_;
    int connections_ = 0;
    std::vector<Received> received_;
};

/// An answer with Content-Length, ready to be written. `more_headers`: whole lines, each with its CRLF.
inline std::string answer(int status, std::string_view body, std::string_view more_headers = "") {
    return "HTTP/1.1 " + std::to_string(status) + " Whatever\r\n" + std::string(more_headers) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

inline boost::asio::awaitable<void> answer_each(Peer& peer, std::string bytes) {
    while (co_await peer.read()) {
        co_await peer.write(bytes);
    }
}

/// Answers each request of a connection with the same bytes.
inline LoopbackServer::Session always(std::string bytes) {
    return [bytes = std::move(bytes)](Peer& peer) { return answer_each(peer, bytes); };
}

}  // namespace navette::outbound::test
