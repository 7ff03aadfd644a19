// Waiting without blocking the thread.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace navette::standin {

/// Returns after that time; at once when it is zero.
boost::asio::awaitable<void> pause(std::chrono::milliseconds time);

}  // namespace navette::standin
