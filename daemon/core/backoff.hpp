// How long a failed job waits before its next attempt. Pure.
#pragma once

#include <algorithm>
#include <chrono>

namespace navette::core {

/// Exponential backoff with full jitter: uniform between 0 and min(cap, base * 2^(attempt - 1)). `attempt`
/// counts from 1 and is the one that just failed; `random` is uniform in [0, 1). The result is at least 1 ms,
/// so that time moves on.
inline std::chrono::milliseconds backoff(
    int attempt, std::chrono::milliseconds base, std::chrono::milliseconds cap, double random
) {
    auto ceiling = std::min(base, cap);
    for (int doubling = 1; doubling < attempt && ceiling < cap; ++doubling) {
        ceiling = std::min(ceiling * 2, cap);
    }
    const auto wait = static_cast<double>(ceiling.count()) * random;
    return std::max(std::chrono::milliseconds(1), std::chrono::milliseconds(static_cast<long>(wait)));
}

}  // namespace navette::core
