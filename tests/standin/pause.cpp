#include "tests/standin/pause.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace navette::standin {

boost::asio::awaitable<void> pause(std::chrono::milliseconds time) {
    if (time.count() > 0) {
        boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, time);
        co_await timer.async_wait(boost::asio::use_awaitable);
    }
}

}  // namespace navette::standin
