// Starting a coroutine that nobody waits for.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>

namespace navette::engine {

/// Runs `work` on `executor`. An exception that leaves it is our own mistake: it is logged under `name` and
/// ends the daemon, for a restart is better than a daemon that only looks alive. What the work refers to must
/// outlive it.
void spawn(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> work, std::string name);

}  // namespace navette::engine
