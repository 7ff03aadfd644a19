// How often something may be looked at whose cost grows with the database.
#pragma once

#include <algorithm>
#include <chrono>

namespace navette::engine {

/// How long to rest after a look that took `took`: the usual time, but so long that looking takes at most 2 %
/// of the time. Not longer than `longest`, though, unless that is usual: what took long once may have met a
/// database that stood still.
[[nodiscard]] constexpr std::chrono::nanoseconds modest_pause(
    std::chrono::nanoseconds usual, std::chrono::nanoseconds took, std::chrono::nanoseconds longest
) {
    return std::max(usual, std::min(took * 49, longest));
}

}  // namespace navette::engine
