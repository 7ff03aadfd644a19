#include "daemon/core/breaker.hpp"

#include "daemon/core/backoff.hpp"

#include <algorithm>

namespace navette::core {

using std::chrono::milliseconds;

std::optional<SteadyTime> Breaker::may_start(SteadyTime now) {
    if (state_ == State::closed) {
        return std::nullopt;
    }
    if (now < until_) {
        return until_;
    }
    state_ = State::half_open;
    until_ = now + patience_;
    return std::nullopt;
}

bool Breaker::answered() {
    // In the open state it is the answer to a call of before the outage.
    if (state_ != State::half_open) {
        return false;
    }
    state_ = State::closed;
    outages_ = 0;
    return true;
}

milliseconds Breaker::unavailable(SteadyTime now, std::optional<milliseconds> retry_after, double random) {
    if (state_ == State::open && now < until_) {
        // The calls that were under way beside the first one find the same outage, not another.
        until_ = std::max(until_, now + retry_after.value_or(milliseconds(0)));
        return std::chrono::ceil<milliseconds>(until_ - now);
    }
    ++outages_;
    const auto pause =
        std::max(milliseconds(1), retry_after.value_or(backoff(outages_, base_, longest_, 0.5 + random / 2)));
    state_ = State::open;
    until_ = now + pause;
    return pause;
}

bool Breaker::give_back() {
    if (state_ != State::half_open) {
        return false;
    }
    state_ = State::open;
    until_ = SteadyTime{};  // the pause is over
    return true;
}

}  // namespace navette::core
