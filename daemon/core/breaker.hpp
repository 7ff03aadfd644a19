// Whether an account's platform may be called: not while it is down. Pure; time and chance are handed in.
#pragma once

#include "daemon/core/rate_rule.hpp"

#include <chrono>
#include <optional>

namespace navette::core {

/// Closed: calls start. An outage opens it for a pause; then one call, the probe, is let through (half open):
/// an answer closes it, an outage opens it again, for longer.
class Breaker {
  public:
    enum class State { closed, open, half_open };

    /// Pauses double from `base` to `longest`. A probe of which nothing is heard for `patience` is taken for
    /// lost, and another call may be one.
    Breaker(
        std::chrono::milliseconds base, std::chrono::milliseconds longest, std::chrono::milliseconds patience
    )
        : base_(base), longest_(longest), patience_(patience) {}

    [[nodiscard]] State state() const { return state_; }

    /// Nothing where a call may start (in half-open it is now the probe), or when to look again.
    [[nodiscard]] std::optional<SteadyTime> may_start(SteadyTime now);

    /// The platform answered a call, whatever it said. True where this closed the breaker.
    bool answered();

    /// A call found the platform down: the pause chosen, which is what is left of it where others found so
    /// before. `retry_after`: what the platform asked for; it wins over the backoff. `random` in [0, 1).
    std::chrono::milliseconds unavailable(
        SteadyTime now, std::optional<std::chrono::milliseconds> retry_after, double random
    );

    /// A call that may_start let through was not made after all, or nobody will ever know how it went. True
    /// where another may be the probe now.
    bool give_back();

  private:
    std::chrono::milliseconds base_;
    std::chrono::milliseconds longest_;
    std::chrono::milliseconds patience_;
    State state_ = State::closed;
    SteadyTime until_{};  // open: the pause; half open: the patience with the probe
    int outages_ = 0;     // since the platform answered last
};

}  // namespace navette::core
