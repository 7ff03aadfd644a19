// Accepts connections within the limits and looks after them until they are over. Belongs to one executor.
#pragma once

#include "daemon/http/connection.hpp"
#include "daemon/http/server_state.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <vector>

namespace navette::http {

class Server {
  public:
    /// `front` must outlive it. `tls`: none for plain HTTP.
    Server(
        boost::asio::any_io_executor executor,
        Front& front,
        config::ListenSettings settings,
        std::shared_ptr<const TlsContext> tls
    );
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Begins to accept on these sockets, which listen already.
    void start(std::vector<boost::asio::ip::tcp::acceptor> acceptors);

    /// Holds for what comes from now on; connections that are open keep their certificate.
    void use(config::ListenSettings settings, std::shared_ptr<const TlsContext> tls);

    /// Stops accepting, closes idle connections, and lets requests in progress finish for at most `limit`.
    /// Returns when no connection is left, or shortly after that time.
    boost::asio::awaitable<void> drain(std::chrono::milliseconds limit);

    [[nodiscard]] std::size_t connections() const { return connections_.size(); }

    /// Steady-clock ticks of its last sign of life; readable from any thread.
    [[nodiscard]] std::chrono::steady_clock::time_point last_beat() const {
        return std::chrono::steady_clock::time_point(std::chrono::steady_clock::duration(beat_.load()));
    }

  private:
    static boost::asio::awaitable<void> accept_all(Server& server, boost::asio::ip::tcp::acceptor& acceptor);
    static boost::asio::awaitable<void> watch(Server& server);
    static boost::asio::awaitable<void> serve(std::shared_ptr<Connection> connection);
    void take(boost::asio::ip::tcp::socket socket);
    void turn_away(boost::asio::ip::tcp::socket socket, const char* reason);
    void forget(const std::shared_ptr<Connection>& connection, const boost::asio::ip::address& neighbourhood);
    [[nodiscard]] std::chrono::milliseconds watch_period() const;

    boost::asio::any_io_executor executor_;
    std::shared_ptr<ServerState> state_;
    std::vector<boost::asio::ip::tcp::acceptor> acceptors_;
    std::set<std::shared_ptr<Connection>> connections_;
    std::map<boost::asio::ip::address, int> per_neighbourhood_;
    boost::asio::steady_timer watch_timer_;
    boost::asio::steady_timer emptied_;
    std::atomic<std::chrono::steady_clock::rep> beat_;
};

}  // namespace navette::http
