// Points that flow back: a platform that counts what a request costs it.
#pragma once

#include "daemon/core/rate_budget.hpp"
#include "daemon/core/use_rate.hpp"

namespace navette::core {

/// A request that costs more than the bucket holds needs a full one.
class PointsBucket final : public RateBudget {
  public:
    explicit PointsBucket(const RateRule& rule);

    [[nodiscard]] SteadyTime ready_at(SteadyTime now, const Ask& ask) override;
    void spend(SteadyTime now, const Ask& ask) override;
    void hear(SteadyTime now, const RateReport& report) override;
    [[nodiscard]] Outlook outlook(SteadyTime now, const Ask& each) override;
    [[nodiscard]] boost::json::value save(const Moment& now) override;
    void restore(const Moment& now, const boost::json::value& saved) override;

  private:
    void refill(SteadyTime now);

    double points_;
    double restored_;  // a second
    double reserve_;
    double capacity_;  // points_, or less where the platform said so
    double level_;     // at filled_
    SteadyTime filled_{};
    UseRate live_;
};

}  // namespace navette::core
