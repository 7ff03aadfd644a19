#include "daemon/http/change_watch.hpp"

#include "daemon/engine/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace navette::http {

namespace asio = boost::asio;

namespace {

constexpr const char* kChannel = "navette_changes";
constexpr std::chrono::seconds kConnectAgain{2};

}  // namespace

ChangeWatch::ChangeWatch(std::string conninfo, std::size_t places, std::chrono::seconds look_again)
    : conninfo_(std::move(conninfo)), most_(places), look_again_(look_again) {}

ChangeWatch::Place::Place(
    std::shared_ptr<ChangeWatch> watch, const asio::any_io_executor& executor, std::string tenant
)
    : watch_(std::move(watch)), tenant_(std::move(tenant)), timer_(executor) {
    entry_ = watch_->places_.insert(watch_->places_.end(), this);
}

ChangeWatch::Place::~Place() {
    watch_->places_.erase(entry_);
}

asio::awaitable<bool> ChangeWatch::Place::wait(std::chrono::steady_clock::time_point deadline) {
    if (!told_ && !watch_->closed_) {
        timer_.expires_at(std::min(deadline, std::chrono::steady_clock::now() + watch_->look_again_));
        co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    told_ = false;
    co_return !watch_->closed_;
}

std::unique_ptr<ChangeWatch::Place> ChangeWatch::enter(
    const asio::any_io_executor& executor, std::string tenant
) {
    if (closed_ || places_.size() >= most_) {
        return nullptr;
    }
    auto place = std::make_unique<Place>(shared_from_this(), executor, std::move(tenant));
    if (!listening_) {
        listening_ = true;
        engine::spawn(executor, listen(shared_from_this(), executor), "change watch");
    }
    return place;
}

void ChangeWatch::tell(const std::string& tenant) {
    for (auto* place : places_) {
        if (tenant.empty() || place->tenant_ == tenant) {
            place->told_ = true;
            place->timer_.cancel();
        }
    }
}

asio::awaitable<void> ChangeWatch::listen(
    std::shared_ptr<ChangeWatch> watch, asio::any_io_executor executor
) {
    // Ends where nobody waits, so that a database that is away is not asked for ever.
    while (!watch->closed_ && !watch->places_.empty()) {
        auto opened = co_await store::Listener::open(executor, watch->conninfo_, kChannel, {});
        if (!opened) {
            asio::steady_timer pause(executor, kConnectAgain);
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
            continue;
        }
        watch->listener_ = std::move(*opened);
        // What was published before the connection listened was heard by nobody.
        watch->tell({});
        while (!watch->closed_) {
            const auto tenants = co_await watch->listener_->next();
            if (!tenants) {
                break;
            }
            for (const auto& tenant : *tenants) {
                watch->tell(tenant);
            }
        }
        watch->listener_.reset();
    }
    watch->listening_ = false;
}

void ChangeWatch::close() {
    closed_ = true;
    if (listener_) {
        listener_->close();
    }
    tell({});
}

}  // namespace navette::http
