// The budget of one remote account: several rules at once, and a freeze when the platform says stop. Pure;
// time is handed in.
#pragma once

#include "daemon/core/rate_budget.hpp"
#include "daemon/core/rate_rule.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace navette::core {

class RateLimit {
  public:
    /// Rules without an amount, and windows without a span, are left out.
    explicit RateLimit(std::vector<RateRule> rules);

    /// Takes the ask out of every budget it counts for and returns nothing, or takes nothing and returns when
    /// to ask again (later than `now`). `now` must not go backwards.
    [[nodiscard]] std::optional<SteadyTime> take(SteadyTime now, const Ask& ask = {});

    /// What was taken at `left` is answered. The platform counts a call when it arrives there, which for the
    /// first of a burst is later than for those of the next one, on connections that are open: a window
    /// counts from the answer.
    void answered(SteadyTime left, SteadyTime now, const Ask& ask = {});

    /// When the ask could leave if nothing else did; `now` where it may at once. Takes nothing.
    [[nodiscard]] SteadyTime ready_at(SteadyTime now, const Ask& ask = {});

    /// Whether only rules with a route hold the ask back, so that asks of other routes may leave before it.
    [[nodiscard]] bool held_by_route_only(SteadyTime now, const Ask& ask);

    /// Which rules with a route count such a request, one bit each: asks that share none do not stand in each
    /// other's way there.
    [[nodiscard]] std::uint64_t route_bits(const std::string& route) const;

    /// Nothing leaves before `until`; a later freeze wins over an earlier one.
    void freeze(SteadyTime until);

    /// Takes what the platform counts itself: it lowers what is left, and never raises it above the rules.
    void hear(SteadyTime now, const RateReport& report);

    /// The zones of the quotas, and when the day under way ends in one of them.
    [[nodiscard]] std::vector<std::string> zones() const;
    void day_ends(const std::string& zone, SteadyTime now, SteadyTime end);

    /// When the last of so many calls leaves: by the rules, by what is left, and, for background calls,
    /// beside the live work of late. Nothing: never, as long as live work goes on like this.
    [[nodiscard]] std::optional<SteadyTime> forecast(SteadyTime now, double jobs, const Ask& each);

    /// What was used of rules that reach at least so far back, and a freeze that long; for restore().
    [[nodiscard]] boost::json::object snapshot(
        const Moment& now, std::chrono::milliseconds shortest = std::chrono::minutes(1)
    );
    /// Adds what a snapshot holds to the rules it is of: same kind, span, route and zone. Amounts may differ.
    /// What is no snapshot is passed over.
    void restore(const Moment& now, const boost::json::object& snapshot);

    /// Rises when something happened that a snapshot of the rules of a minute and more would show.
    [[nodiscard]] std::uint64_t revision() const { return revision_; }

    [[nodiscard]] const std::vector<RateRule>& rules() const { return rules_; }

  private:
    [[nodiscard]] bool counts(std::size_t rule, const Ask& ask) const;
    [[nodiscard]] std::optional<std::size_t> rule_meant(const RateReport& report) const;

    std::vector<RateRule> rules_;
    std::vector<std::unique_ptr<RateBudget>> budgets_;  // one for each rule
    SteadyTime frozen_until_{};
    std::uint64_t revision_ = 0;
};

}  // namespace navette::core
