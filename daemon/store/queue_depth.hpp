// How much work the queue holds, for metrics. Counting a large queue takes a while: it belongs on a
// connection of its own.
#pragma once

#include "daemon/store/connection.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace navette::store {

/// The jobs of all integrations with one platform. Each job is counted once.
struct PlatformDepth {
    std::string platform;        // "removed" for jobs whose integration no longer exists
    std::int64_t pending = 0;    // to be done, now or later
    std::int64_t in_flight = 0;  // in a node's hands
    std::int64_t waiting = 0;    // for a parent
    std::int64_t failed = 0;     // dead letters
    std::int64_t conflicts = 0;  // fields changed on both sides that a person has to decide
    /// How long the oldest live job has been due, of the active integrations whose frequency is realtime.
    std::chrono::milliseconds oldest_ready{0};
    /// Enabled integrations that hold their jobs, by state.
    std::int64_t paused = 0;
    std::int64_t needs_reauth = 0;
    std::int64_t error = 0;
};

/// Counts the jobs of all nodes, by platform; a platform without integrations and jobs is left out. Changes
/// settings of the session, so that the count takes one process and gives up after 30 s: then it fails.
boost::asio::awaitable<core::Result<std::vector<PlatformDepth>>> queue_depth(Connection& connection);

}  // namespace navette::store
