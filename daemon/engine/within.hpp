// Waiting for a coroutine no longer than there is time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace navette::engine {

/// Runs `work` as spawn() does and waits for its end, at most for `limit`. False: there was no end, and the
/// work goes on by itself; what it refers to must outlive it.
boost::asio::awaitable<bool> within(
    boost::asio::any_io_executor executor,
    std::chrono::milliseconds limit,
    boost::asio::awaitable<void> work,
    std::string name
);

}  // namespace navette::engine
