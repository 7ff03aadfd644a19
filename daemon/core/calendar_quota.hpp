// So much for each calendar day of a time zone.
#pragma once

#include "daemon/core/rate_budget.hpp"
#include "daemon/core/use_rate.hpp"

namespace navette::core {

/// The caller says when the day ends, by day_ends; until it has, and afterwards until it does again, a day
/// ends 24 hours after it began.
class CalendarQuota final : public RateBudget {
  public:
    explicit CalendarQuota(const RateRule& rule);

    [[nodiscard]] SteadyTime ready_at(SteadyTime now, const Ask& ask) override;
    void spend(SteadyTime now, const Ask& ask) override;
    void hear(SteadyTime now, const RateReport& report) override;
    void day_ends(SteadyTime now, SteadyTime end) override;
    [[nodiscard]] Outlook outlook(SteadyTime now, const Ask& each) override;
    [[nodiscard]] boost::json::value save(const Moment& now) override;
    void restore(const Moment& now, const boost::json::value& saved) override;

  private:
    void begin_day(SteadyTime now);
    [[nodiscard]] double charge(const Ask& ask) const { return counts_costs_ ? ask.cost : 1; }
    [[nodiscard]] double usable(const Ask& ask) const;

    double amount_;
    double reserve_;
    bool counts_costs_;
    double platform_limit_;
    double used_ = 0;
    SteadyTime began_{};
    SteadyTime ends_{};
    UseRate live_;
};

}  // namespace navette::core
