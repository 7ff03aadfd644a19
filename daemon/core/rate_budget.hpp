// What is left of one rule. Three kinds implement it: SlidingWindow, PointsBucket, CalendarQuota.
#pragma once

#include "daemon/core/forecast.hpp"
#include "daemon/core/rate_rule.hpp"

#include <boost/json/value.hpp>

#include <memory>

namespace navette::core {

/// Time is handed in and must not go backwards.
class RateBudget {
  public:
    RateBudget() = default;
    RateBudget(const RateBudget&) = delete;
    RateBudget& operator=(const RateBudget&) = delete;
    virtual ~RateBudget() = default;

    /// When the ask may leave, if nothing else leaves before; `now` where it may at once.
    [[nodiscard]] virtual SteadyTime ready_at(SteadyTime now, const Ask& ask) = 0;
    /// The ask leaves.
    virtual void spend(SteadyTime now, const Ask& ask) = 0;
    /// The platform has answered what left at `left`: it counted it at some moment between the two.
    virtual void answered(SteadyTime /*left*/, SteadyTime /*now*/) {}
    /// Lowers what is left to what the platform says; never raises it above the rule.
    virtual void hear(SteadyTime now, const RateReport& report) = 0;
    /// The day under way ends then. Only a quota has one.
    virtual void day_ends(SteadyTime /*now*/, SteadyTime /*end*/) {}
    /// What it lets through of calls such as `each`. Background calls have what live work leaves, by its use
    /// of late.
    [[nodiscard]] virtual Outlook outlook(SteadyTime now, const Ask& each) = 0;

    /// What was used, and back. Null where nothing was; what does not fit is passed over.
    [[nodiscard]] virtual boost::json::value save(const Moment& now) = 0;
    virtual void restore(const Moment& now, const boost::json::value& saved) = 0;
};

[[nodiscard]] std::unique_ptr<RateBudget> make_budget(const RateRule& rule);

}  // namespace navette::core
