#include "daemon/engine/capture_listener.hpp"

#include "daemon/engine/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;

namespace {

// Meanwhile the source looks by itself.
constexpr std::chrono::seconds kAgain{5};

}  // namespace

CaptureListener::CaptureListener(
    const asio::any_io_executor& executor,
    std::string conninfo,
    std::string source,
    std::function<void()> heard
)
    : executor_(executor),
      conninfo_(std::move(conninfo)),
      source_(std::move(source)),
      heard_(std::move(heard)),
      again_(executor) {}

void CaptureListener::start() {
    spawn(executor_, listen(shared_from_this()), "capture of source " + source_);
}

void CaptureListener::stop() {
    stopping_ = true;
    heard_ = nullptr;
    again_.cancel();
    if (listener_) {
        listener_->close();
    }
}

asio::awaitable<void> CaptureListener::listen(std::shared_ptr<CaptureListener> self) {
    const auto wanted = "source:" + self->source_;
    while (!self->stopping_) {
        auto opened =
            co_await store::Listener::open(self->executor_, self->conninfo_, "navette_wake", std::string());
        if (opened && !self->stopping_) {
            self->listener_ = std::move(*opened);
            self->heard_();
            while (true) {
                const auto payloads = co_await self->listener_->next();
                if (!payloads || self->stopping_) {
                    break;
                }
                if (std::ranges::find(*payloads, wanted) != payloads->end()) {
                    self->heard_();
                }
            }
            self->listener_.reset();
        }
        if (!self->stopping_) {
            self->again_.expires_after(kAgain);
            co_await self->again_.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
}

}  // namespace navette::engine
