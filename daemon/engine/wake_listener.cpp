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

asio::awaitable<core::Result<std::unique_ptr<store::Listener>>> WakeListener::connect() const {
    co_return co_await store::Listener::open(
        executor_, settings_.database.url, kWakeChannel, "navette.node." + settings_.node.name
    );
}

asio::awaitable<core::Result<void>> WakeListener::open() {
    // PostgreSQL may notice a moment late that a killed predecessor is gone.
    const auto give_up = steady_clock::now() + settings_.node.lease;
    while (true) {
        auto listener = co_await connect();
        if (listener) {
            listener_ = std::move(*listener);
            co_return core::Result<void>();
        }
        if (listener.error().kind != core::ErrorKind::conflict) {
            co_return std::unexpected(listener.error());
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

asio::awaitable<void> WakeListener::listen() {
    while (!loops_.is_stopping()) {
        if (!listener_) {
            auto opened = co_await connect();
            if (!opened) {
                asio::steady_timer pause(executor_, kDatabaseAgain);
                co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
                continue;
            }
            listener_ = std::move(*opened);
            back_();
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
