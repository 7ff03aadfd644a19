// The few names every other SDK header uses.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json.hpp>

#include <chrono>

namespace navette::sdk {

namespace json = boost::json;

/// What a connector's functions return: a coroutine that the daemon's engine runs. `co_await` it, never
/// block.
template <class T>
using Task = boost::asio::awaitable<T>;

/// A point in UTC, in milliseconds: the finest that any platform's API tells.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

}  // namespace navette::sdk
