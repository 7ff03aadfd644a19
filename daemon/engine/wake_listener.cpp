#include "daemon/engine/wake_listener.hpp"

#include "daemon/core/log.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr const char* kWakeChannel = "navette_wake";
// How often a name that is taken is tried.
constexpr milliseconds kNameAgain{100};
// While the database is away, it is asked again this often.
constexpr milliseconds kDatabaseAgain{1'000};

}  // namespace

WakeListener::WakeListener(
    asio::any_io_executor executor,
    Loops& loops,
    const config::Settings& settings,
    std::function<void(const std::string&)> hear,
    std::function<void()> back
)
    : executor_(std::move(executor)),
      loops_(loops),
      settings_(settings),
      hear_(std::move(hear)),
      back_(std::move(back)) {}

asio::awaitable<core::Result<void>> WakeListener::connect() {
    auto listener = co_await store::Listener::open(
        executor_, settings_.database.url, kWakeChannel, "navette.node." + settings_.node.name, session_
    );
    if (!listener) {
        co_return std::unexpected(listener.error());
    }
    listener_ = std::move(*listener);
    session_ = listener_->session();
    co_return core::Result<void>();
}

asio::awaitable<core::Result<void>> WakeListener::open() {
    // PostgreSQL may notice a moment late that a killed predecessor is gone.
    const auto give_up = steady_clock::now() + settings_.node.lease;
    while (true) {
        const auto connected = co_await connect();
        if (connected || connected.error().kind != core::ErrorKind::conflict) {
            co_return connected;
        }
        if (steady_clock::now() > give_up) {
            co_return core::failure(
                core::ErrorKind::conflict,
                "another navetted runs as node '" + settings_.node.name +
                    "' on this database; give each its own node.name"
            );
        }
        asio::steady_timer pause(executor_, kNameAgain);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

asio::awaitable<void> WakeListener::connect_again() {
    bool is_told = false;
    asio::steady_timer pause(executor_);
    while (!loops_.is_stopping()) {
        const auto connected = co_await connect();
        if (connected) {
            if (is_told) {
                core::log(
                    core::LogLevel::info, "this node's name is free again", {{"node", settings_.node.name}}
                );
            }
            back_();
            co_return;
        }
        if (connected.error().kind == core::ErrorKind::conflict && !std::exchange(is_told, true)) {
            core::log(
                core::LogLevel::warning,
                "this daemon rests: another navetted took its name while its connection was interrupted; "
                "give each its own node.name",
                {{"node", settings_.node.name}}
            );
        }
        pause.expires_after(kDatabaseAgain);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

asio::awaitable<void> WakeListener::listen() {
    while (!loops_.is_stopping()) {
        if (!listener_) {
            co_await connect_again();
            continue;
        }
        auto payloads = co_await listener_->next();
        if (!payloads) {
            if (!loops_.is_stopping()) {
                core::log(
                    core::LogLevel::warning,
                    "listening for wake-ups was interrupted",
                    {{"error", payloads.error().message}}
                );
            }
            listener_.reset();
            continue;
        }
        for (const auto& payload : *payloads) {
            hear_(payload);
        }
    }
}

void WakeListener::close() {
    if (listener_) {
        listener_->close();
    }
}

}  // namespace navette::engine
