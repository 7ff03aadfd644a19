// The budget of one remote account: several windows at once, and a freeze when the platform says stop. Pure;
// time is handed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace navette::core {

using SteadyTime = std::chrono::steady_clock::time_point;

/// At most `requests` in any span of `per`, wherever the platform lets its own window begin.
struct RateWindow {
    std::size_t requests = 0;
    std::chrono::milliseconds per{0};
};

/// Exact for sliding windows: it remembers when the last requests left. (A token bucket of the same size
/// would let nearly twice as many through around the moment it is full.)
class RateLimit {
  public:
    explicit RateLimit(std::vector<RateWindow> windows);

    /// Takes one request out of the budget and returns nothing, or takes nothing and returns when to ask
    /// again (later than `now`). `now` must not go backwards.
    [[nodiscard]] std::optional<SteadyTime> take(SteadyTime now);

    /// Nothing leaves before `until`; a later freeze wins over an earlier one.
    void freeze(SteadyTime until);

  private:
    std::vector<RateWindow> windows_;
    std::deque<SteadyTime> sent_;  // as many as the largest window needs, oldest first
    std::size_t remembered_ = 0;
    SteadyTime frozen_until_{};
};

}  // namespace navette::core
