#include "daemon/http/server.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

namespace navette::http {

namespace asio = boost::asio;
namespace ip = asio::ip;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);
constexpr milliseconds kOutOfDescriptors{100};
constexpr milliseconds kAfterDeadline{500};
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Who counts as one: an IPv4 address; of IPv6 the /64, since one machine commands all of it.
ip::address neighbourhood_of(const ip::address& address) {
    if (address.is_v4()) {
        return address;
    }
    return ip::network_v6(address.to_v6(), 64).canonical().address();
}

}  // namespace

Server::Server(
    asio::any_io_executor executor,
    Front& front,
    config::ListenSettings settings,
    std::shared_ptr<const TlsContext> tls
)
    : executor_(std::move(executor)),
      state_(std::make_shared<ServerState>(front, std::move(settings), std::move(tls))),
      watch_timer_(executor_),
      emptied_(executor_),
      beat_(steady_clock::now().time_since_epoch().count()) {
    front.use(state_->settings);
}

void Server::use(config::ListenSettings settings, std::shared_ptr<const TlsContext> tls) {
    state_->settings = std::move(settings);
    state_->tls = std::move(tls);
    state_->front.use(state_->settings);
}

void Server::start(std::vector<ip::tcp::acceptor> acceptors) {
    acceptors_ = std::move(acceptors);
    for (auto& acceptor : acceptors_) {
        asio::co_spawn(executor_, accept_all(*this, acceptor), asio::detached);
    }
    asio::co_spawn(executor_, watch(*this), asio::detached);
}

asio::awaitable<void> Server::accept_all(Server& server, ip::tcp::acceptor& acceptor) {
    asio::steady_timer pause(server.executor_);
    bool short_of = false;
    while (!server.state_->draining) {
        auto [error, socket] = co_await acceptor.async_accept(kNoThrow);
        if (error == asio::error::operation_aborted || server.state_->draining) {
            co_return;
        }
        if (!error) {
            short_of = false;
            server.take(std::move(socket));
            continue;
        }
        // Out of descriptors or memory: what waits in the kernel's queue is taken a little later.
        if (!std::exchange(short_of, true)) {
            core::log(core::LogLevel::warning, "no connection can be accepted: " + error.message());
        }
        pause.expires_after(kOutOfDescriptors);
        co_await pause.async_wait(kNoThrow);
    }
}

void Server::take(ip::tcp::socket socket) {
    boost::system::error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) {
        return;  // gone already
    }
    const auto address = unmapped(peer.address());
    const auto neighbourhood = neighbourhood_of(address);
    const auto& settings = state_->settings;
    if (connections_.size() >= static_cast<std::size_t>(settings.max_connections)) {
        turn_away(std::move(socket), "max_connections");
        return;
    }
    auto& neighbours = per_neighbourhood_[neighbourhood];
    if (neighbours >= settings.max_connections_per_address &&
        !state_->front.rules().is_trusted_proxy(address)) {
        turn_away(std::move(socket), "max_connections_per_address");
        return;
    }
    ++neighbours;
    core::listener_metrics().accepted.add();
    const auto connection = std::make_shared<Connection>(state_, std::move(socket), address);
    connections_.insert(connection);
    core::listener_metrics().connections.set(static_cast<double>(connections_.size()));
    asio::co_spawn(
        executor_,
        serve(connection),
        [this, connection, neighbourhood](const std::exception_ptr& failure) {
            if (failure) {
                // A handler's exceptions do not come this far: this is a mistake in the server itself.
                try {
                    std::rethrow_exception(failure);
                } catch (const std::exception& thrown) {
                    core::log(core::LogLevel::error, std::string("a connection failed: ") + thrown.what());
                } catch (...) {
                    core::log(core::LogLevel::error, "a connection failed");
                }
            }
            forget(connection, neighbourhood);
        }
    );
}

asio::awaitable<void> Server::serve(std::shared_ptr<Connection> connection) {
    co_await connection->run();
}

void Server::turn_away(ip::tcp::socket socket, const char* reason) {
    core::listener_refusals(reason).add();
    if (state_->refusals_logged.take(steady_clock::now())) {
        core::log(
            core::LogLevel::warning,
            "a connection was refused, there are as many as there may be",
            {{"reason", reason}, {"not_logged", state_->refusals_logged.left_out()}}
        );
    }
    // In one attempt that does not wait. Behind TLS the client could not read it.
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    if (!state_->tls) {
        socket.write_some(asio::buffer(kFull), ignored);
        socket.shutdown(asio::socket_base::shutdown_send, ignored);
    }
}

void Server::forget(const std::shared_ptr<Connection>& connection, const ip::address& neighbourhood) {
    connections_.erase(connection);
    core::listener_metrics().connections.set(static_cast<double>(connections_.size()));
    const auto neighbours = per_neighbourhood_.find(neighbourhood);
    if (neighbours != per_neighbourhood_.end() && --neighbours->second <= 0) {
        per_neighbourhood_.erase(neighbours);
    }
    if (connections_.empty()) {
        emptied_.cancel();
    }
}

milliseconds Server::watch_period() const {
    const auto& settings = state_->settings;
    const auto shortest =
        std::min({settings.header_timeout, settings.body_timeout, settings.idle_timeout}) / 4;
    return std::clamp(shortest, milliseconds(10), milliseconds(500));
}

asio::awaitable<void> Server::watch(Server& server) {
    while (true) {
        server.watch_timer_.expires_after(server.watch_period());
        const auto [error] = co_await server.watch_timer_.async_wait(kNoThrow);
        if (error) {
            co_return;
        }
        const auto now = steady_clock::now();
        server.beat_ = now.time_since_epoch().count();
        for (const auto& connection : server.connections_) {
            connection->enforce_deadline(now);
        }
    }
}

asio::awaitable<void> Server::drain(milliseconds limit) {
    state_->draining = true;
    for (auto& acceptor : acceptors_) {
        boost::system::error_code ignored;
        acceptor.close(ignored);
    }
    for (const auto& connection : connections_) {
        if (connection->idle()) {
            connection->abort();
        }
    }
    for (const auto wait : {limit, kAfterDeadline}) {
        if (connections_.empty()) {
            co_return;
        }
        emptied_.expires_after(wait);
        co_await emptied_.async_wait(kNoThrow);
        for (const auto& connection : connections_) {
            connection->abort();
        }
    }
}

}  // namespace navette::http
