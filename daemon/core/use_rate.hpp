// How much was used lately, as an average that forgets. Pure.
#pragma once

#include "daemon/core/rate_rule.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace navette::core {

class UseRate {
  public:
    /// What is older than a few `memory` counts for little.
    explicit UseRate(std::chrono::duration<double> memory) : memory_(memory) {}

    void add(SteadyTime now, double amount) {
        if (since_ == SteadyTime{}) {
            since_ = now;
        }
        sum_ = sum_at(now) + amount;
        last_ = now;
    }

    [[nodiscard]] double per_second(SteadyTime now) const {
        if (since_ == SteadyTime{}) {
            return 0;
        }
        // One call in the first second after a start is no call a second.
        const auto observed = std::max<std::chrono::duration<double>>(now - since_, std::chrono::minutes(1));
        return sum_at(now) / (memory_.count() * (1 - std::exp(-observed / memory_)));
    }

  private:
    [[nodiscard]] double sum_at(SteadyTime now) const {
        return sum_ * std::exp(-std::chrono::duration<double>(now - last_) / memory_);
    }

    std::chrono::duration<double> memory_;
    double sum_ = 0;
    SteadyTime last_{};
    SteadyTime since_{};
};

}  // namespace navette::core
