#include "tests/standin/locks.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace navette::standin {

namespace asio = boost::asio;

/// Lives in the waiting coroutine. Its timer never ends by itself: release() cancels it, which is the wake-up
/// call.
struct Locks::Waiter {
    Waiter(const asio::any_io_executor& executor, std::deque<Waiter*>& in_line)
        : timer(executor, asio::steady_timer::time_point::max()), line(in_line) {
        line.push_back(this);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
        if (!granted) {
            std::erase(line, this);
        }
    }

    asio::steady_timer timer;
    std::deque<Waiter*>& line;
    bool granted = false;
};

Locks::Lock::Lock(Locks& owner, std::string name) : owner_(&owner), name_(std::move(name)) {}

Locks::Lock::Lock(Lock&& other) noexcept
    : owner_(std::exchange(other.owner_, nullptr)), name_(std::move(other.name_)) {}

Locks::Lock& Locks::Lock::operator=(Lock&& other) noexcept {
    std::swap(owner_, other.owner_);
    std::swap(name_, other.name_);
    return *this;
}

Locks::Lock::~Lock() {
    if (owner_ != nullptr) {
        owner_->release(name_);
    }
}

asio::awaitable<Locks::Lock> Locks::take(std::string name) {
    const auto [entry, free] = held_.try_emplace(name);
    if (!free) {
        Waiter waiter(co_await asio::this_coro::executor, entry->second);
        while (!waiter.granted) {
            co_await waiter.timer.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }
    co_return Lock(*this, std::move(name));
}

void Locks::release(const std::string& name) {
    const auto entry = held_.find(name);
    if (entry->second.empty()) {
        held_.erase(entry);
        return;
    }
    Waiter* next = entry->second.front();
    entry->second.pop_front();
    next->granted = true;
    next->timer.cancel();
}

}  // namespace navette::standin
