#include "daemon/engine/within.hpp"

#include "daemon/engine/spawn.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace navette::engine {

namespace asio = boost::asio;

namespace {

/// Shared with the work, which may outlast the wait.
struct End {
    asio::steady_timer limit;
    bool reached = false;
};

asio::awaitable<void> run(std::shared_ptr<End> end, asio::awaitable<void> work) {
    co_await std::move(work);
    end->reached = true;
    end->limit.cancel();
}

}  // namespace

asio::awaitable<bool> within(
    asio::any_io_executor executor,
    std::chrono::milliseconds limit,
    asio::awaitable<void> work,
    std::string name
) {
    const auto end = std::make_shared<End>(asio::steady_timer(executor, limit));
    spawn(executor, run(end, std::move(work)), std::move(name));
    if (!end->reached) {
        co_await end->limit.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    co_return end->reached;
}

}  // namespace navette::engine
