// Waking a coroutine of the same thread: a flag with a timer behind it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace navette::engine {

/// For one waiter at a time. A notify() that finds nobody waiting is remembered for the next wait.
class Signal {
  public:
    explicit Signal(const boost::asio::any_io_executor& executor) : timer_(executor) {}

    void notify() {
        notified_ = true;
        timer_.cancel();
    }

    /// Returns when notified.
    boost::asio::awaitable<void> wait() { return wait_until(std::chrono::steady_clock::time_point::max()); }

    /// Returns when notified or when the time has come.
    boost::asio::awaitable<void> wait_until(std::chrono::steady_clock::time_point when) {
        if (!notified_) {
            timer_.expires_at(when);
            co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
        }
        notified_ = false;
    }

    boost::asio::awaitable<void> wait_for(std::chrono::milliseconds span) {
        return wait_until(std::chrono::steady_clock::now() + span);
    }

  private:
    boost::asio::steady_timer timer_;
    bool notified_ = false;
};

}  // namespace navette::engine
