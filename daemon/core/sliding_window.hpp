// At most so many requests in any span, wherever the platform lets its own window begin.
#pragma once

#include "daemon/core/rate_budget.hpp"
#include "daemon/core/use_rate.hpp"

#include <cstdint>
#include <vector>

namespace navette::core {

/// Exact up to 4,096 requests: it remembers when each left. (A token bucket of the same size would let nearly
/// twice as many through around the moment it is full.) Above, it remembers slices of 1/256 of the span,
/// whose requests count as if all had left with the last of them.
class SlidingWindow final : public RateBudget {
  public:
    explicit SlidingWindow(const RateRule& rule);

    [[nodiscard]] SteadyTime ready_at(SteadyTime now, const Ask& ask) override;
    void spend(SteadyTime now, const Ask& ask) override;
    void answered(SteadyTime left, SteadyTime now) override;
    void hear(SteadyTime now, const RateReport& report) override;
    [[nodiscard]] Outlook outlook(SteadyTime now, const Ask& each) override;
    [[nodiscard]] boost::json::value save(const Moment& now) override;
    void restore(const Moment& now, const boost::json::value& saved) override;

  private:
    struct Use {
        SteadyTime at;  // when the platform counted it, at the latest that is known
        std::int64_t count;
        SteadyTime left;
    };

    void expire(SteadyTime now);
    void drop_old(SteadyTime now);
    /// How many of our requests a platform counts that judges the one which left then.
    [[nodiscard]] std::int64_t ours_at(SteadyTime as_of) const;
    [[nodiscard]] std::int64_t usable(const Ask& ask) const;
    [[nodiscard]] SteadyTime free_at(SteadyTime now, std::int64_t limit) const;

    std::int64_t requests_;
    double reserve_;
    SteadyTime::duration span_;            // with the margin for a network whose delays differ
    SteadyTime::duration latest_arrival_;  // a platform that is slow to answer must not cost more
    SteadyTime::duration slice_;           // zero: each request is remembered by itself
    std::vector<Use> uses_;                // oldest first
    std::size_t inside_ = 0;  // uses_ from here on are inside the window; those before left it lately
    std::int64_t used_ = 0;   // requests inside
    std::int64_t platform_limit_;
    std::int64_t foreign_ = 0;  // requests that the platform counts and that are none of ours
    SteadyTime foreign_until_{};
    SteadyTime heard_{};
    UseRate live_;
};

}  // namespace navette::core
