#include "daemon/core/rate_limit.hpp"

#include "daemon/core/calendar_quota.hpp"
#include "daemon/core/points_bucket.hpp"
#include "daemon/core/sliding_window.hpp"

#include <algorithm>
#include <utility>

namespace navette::core {

namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kDay = std::chrono::days(1);
constexpr milliseconds kLong = std::chrono::minutes(1);

/// How far back the rule reaches.
milliseconds span_of(const RateRule& rule) {
    switch (rule.kind) {
        case RateRule::Kind::window:
            return rule.per;
        case RateRule::Kind::quota:
            return kDay;
        case RateRule::Kind::bucket:
            break;
    }
    const auto seconds = rule.restore > 0 ? std::min(rule.amount / rule.restore, 1e9) : 1e9;
    return milliseconds(static_cast<std::int64_t>(seconds * 1'000));
}

/// Names the rule in a snapshot, whatever its amount.
std::string name_of(const RateRule& rule) {
    switch (rule.kind) {
        case RateRule::Kind::window:
            return "window " + std::to_string(rule.per.count()) + " " + rule.route;
        case RateRule::Kind::quota:
            return std::string(rule.counts_costs ? "points" : "requests") + " of a day " + rule.zone + " " +
                   rule.route;
        case RateRule::Kind::bucket:
            break;
    }
    return "bucket " + rule.route;
}

bool is_sound(const RateRule& rule) {
    return rule.amount > 0 && (rule.kind != RateRule::Kind::window || rule.per.count() > 0) &&
           (rule.kind != RateRule::Kind::bucket || rule.restore > 0);
}

}  // namespace

std::unique_ptr<RateBudget> make_budget(const RateRule& rule) {
    switch (rule.kind) {
        case RateRule::Kind::window:
            return std::make_unique<SlidingWindow>(rule);
        case RateRule::Kind::bucket:
            return std::make_unique<PointsBucket>(rule);
        case RateRule::Kind::quota:
            break;
    }
    return std::make_unique<CalendarQuota>(rule);
}

RateLimit::RateLimit(std::vector<RateRule> rules) : rules_(std::move(rules)) {
    std::erase_if(rules_, [](const RateRule& rule) { return !is_sound(rule); });
    for (const auto& rule : rules_) {
        budgets_.push_back(make_budget(rule));
    }
}

bool RateLimit::counts(std::size_t rule, const Ask& ask) const {
    return rules_[rule].route.empty() || route_matches(rules_[rule].route, ask.route);
}

SteadyTime RateLimit::ready_at(SteadyTime now, const Ask& ask) {
    auto at = std::max(now, frozen_until_);
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (counts(rule, ask)) {
            at = std::max(at, budgets_[rule]->ready_at(now, ask));
        }
    }
    return at;
}

std::optional<SteadyTime> RateLimit::take(SteadyTime now, const Ask& ask) {
    const auto ready = ready_at(now, ask);
    if (ready > now) {
        return ready;
    }
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (counts(rule, ask)) {
            budgets_[rule]->spend(now, ask);
            revision_ += span_of(rules_[rule]) >= kLong ? 1 : 0;
        }
    }
    return std::nullopt;
}

void RateLimit::answered(SteadyTime left, SteadyTime now, const Ask& ask) {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (counts(rule, ask)) {
            budgets_[rule]->answered(left, now);
        }
    }
}

bool RateLimit::held_by_route_only(SteadyTime now, const Ask& ask) {
    bool held = false;
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (counts(rule, ask) && budgets_[rule]->ready_at(now, ask) > now) {
            if (rules_[rule].route.empty()) {
                return false;
            }
            held = true;
        }
    }
    return held && now >= frozen_until_;
}

std::uint64_t RateLimit::route_bits(const std::string& route) const {
    std::uint64_t bits = 0;
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (!rules_[rule].route.empty() && route_matches(rules_[rule].route, route)) {
            bits |= std::uint64_t{1} << (rule % 64);  // two that share a bit only wait for each other
        }
    }
    return bits;
}

void RateLimit::freeze(SteadyTime until) {
    frozen_until_ = std::max(frozen_until_, until);
    ++revision_;
}

std::optional<std::size_t> RateLimit::rule_meant(const RateReport& report) const {
    std::optional<std::size_t> meant;
    const auto rank = [](const RateRule& rule) {
        return rule.kind == RateRule::Kind::bucket ? milliseconds(0) : span_of(rule);
    };
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        const bool named = !report.per || (rules_[rule].kind != RateRule::Kind::bucket &&
                                           *report.per == span_of(rules_[rule]));
        const bool counted = rules_[rule].route.empty() || route_matches(rules_[rule].route, report.route);
        if (named && counted && (!meant || rank(rules_[rule]) < rank(rules_[*meant]))) {
            meant = rule;
        }
    }
    return meant;
}

void RateLimit::hear(SteadyTime now, const RateReport& report) {
    if (const auto meant = rule_meant(report)) {
        budgets_[*meant]->hear(now, report);
        revision_ += span_of(rules_[*meant]) >= kLong ? 1 : 0;
    }
}

std::vector<std::string> RateLimit::zones() const {
    std::vector<std::string> zones;
    for (const auto& rule : rules_) {
        if (rule.kind == RateRule::Kind::quota && std::ranges::find(zones, rule.zone) == zones.end()) {
            zones.push_back(rule.zone);
        }
    }
    return zones;
}

void RateLimit::day_ends(const std::string& zone, SteadyTime now, SteadyTime end) {
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (rules_[rule].kind == RateRule::Kind::quota && rules_[rule].zone == zone) {
            budgets_[rule]->day_ends(now, end);
        }
    }
}

std::optional<SteadyTime> RateLimit::forecast(SteadyTime now, double jobs, const Ask& each) {
    const auto begin = std::max(now, frozen_until_);
    std::vector<Outlook> outlooks;
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (counts(rule, each)) {
            outlooks.push_back(budgets_[rule]->outlook(now, each));
        }
    }
    return core::forecast(begin, jobs, std::move(outlooks));
}

json::object RateLimit::snapshot(const Moment& now, milliseconds shortest) {
    json::object snapshot;
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (span_of(rules_[rule]) >= shortest) {
            if (auto saved = budgets_[rule]->save(now); !saved.is_null()) {
                snapshot[name_of(rules_[rule])] = std::move(saved);
            }
        }
    }
    if (frozen_until_ > now.steady && frozen_until_ - now.steady >= shortest) {
        const auto thaws = now.wall.time_since_epoch() + (frozen_until_ - now.steady);
        snapshot["frozen_until"] = std::chrono::ceil<milliseconds>(thaws).count();
    }
    return snapshot;
}

void RateLimit::restore(const Moment& now, const json::object& snapshot) {
    revision_ += snapshot.empty() ? 0 : 1;
    for (std::size_t rule = 0; rule < rules_.size(); ++rule) {
        if (const auto* saved = snapshot.if_contains(name_of(rules_[rule]))) {
            budgets_[rule]->restore(now, *saved);
        }
    }
    if (const auto* thaws = snapshot.if_contains("frozen_until"); thaws != nullptr && thaws->is_int64()) {
        const auto left = milliseconds(thaws->get_int64()) - now.wall.time_since_epoch();
        frozen_until_ = std::max(frozen_until_, now.steady + left);
    }
}

}  // namespace navette::core
