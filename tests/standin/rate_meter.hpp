// A platform's own count of a client's requests: so many in any span of time, and really refused beyond.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace navette::standin {

class RateMeter {
  public:
    using Clock = std::chrono::steady_clock;

    /// A limit of 0 counts and refuses nothing.
    RateMeter(std::size_t limit, std::chrono::milliseconds span) : limit_(limit), span_(span) {}

    /// Counts `cost` units at that time; false, counting nothing but the refusal, where they exceed the
    /// limit.
    bool take(Clock::time_point now = Clock::now(), std::size_t cost = 1) {
        forget(now);
        if (limit_ != 0 && used_.size() + cost > limit_) {
            ++refused_;
            return false;
        }
        used_.insert(used_.end(), cost, now);
        return true;
    }

    [[nodiscard]] std::size_t limit() const { return limit_; }
    [[nodiscard]] std::size_t remaining() const { return limit_ > used_.size() ? limit_ - used_.size() : 0; }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }
    /// How long until the oldest counted unit is forgotten; zero where none is counted.
    [[nodiscard]] std::chrono::milliseconds until_next(Clock::time_point now = Clock::now()) const {
        if (used_.empty()) {
            return std::chrono::milliseconds(0);
        }
        return std::chrono::ceil<std::chrono::milliseconds>(used_.front() + span_ - now);
    }

    void reset() {
        used_.clear();
        refused_ = 0;
    }

  private:
    void forget(Clock::time_point now) {
        while (!used_.empty() && used_.front() + span_ <= now) {
            used_.pop_front();
        }
    }

    std::size_t limit_;
    std::chrono::milliseconds span_;
    std::deque<Clock::time_point> used_;
    std::uint64_t refused_ = 0;
};

}  // namespace navette::standin
