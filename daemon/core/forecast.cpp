#include "daemon/core/forecast.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace navette::core {

namespace {

using Seconds = std::chrono::duration<double>;

constexpr auto kFarthest = std::chrono::days(3'653);
constexpr double kEndless = std::numeric_limits<double>::infinity();

double allowed_within(const Outlook& rule, double seconds) {
    return rule.free + (rule.per_second > 0 ? rule.per_second * seconds : 0);
}

double seconds_needed(const Outlook& rule, double jobs) {
    if (jobs <= rule.free) {
        return 0;
    }
    return rule.per_second > 0 ? (jobs - rule.free) / rule.per_second : kEndless;
}

/// Moves on to the next renewal of a quota, at which `sent` more calls have left.
void renew(std::vector<Outlook>& rules, SteadyTime at, double sent) {
    for (auto& rule : rules) {
        if (!rule.renewed_at) {
            rule.free = 0;
        } else if (*rule.renewed_at <= at) {
            rule.free = rule.renewed;
            *rule.renewed_at += std::chrono::days(1);
        } else {
            rule.free -= sent;
        }
    }
}

}  // namespace

std::optional<SteadyTime> forecast(SteadyTime now, double jobs, std::vector<Outlook> rules) {
    auto at = now;
    while (at - now < kFarthest) {
        auto next = SteadyTime::max();
        for (const auto& rule : rules) {
            next = std::min(next, rule.renewed_at.value_or(next));
        }
        const bool is_last = next == SteadyTime::max();
        const double span = is_last ? kEndless : std::max(Seconds(next - at).count(), 0.0);
        double allowed = kEndless;
        double needed = 0;
        for (const auto& rule : rules) {
            allowed = std::min(allowed, allowed_within(rule, span));
            needed = std::max(needed, seconds_needed(rule, jobs));
        }
        if (jobs <= allowed) {
            const auto end = at - now + Seconds(needed);
            return end < kFarthest
                       ? std::optional(now + std::chrono::duration_cast<SteadyTime::duration>(end))
                       : std::nullopt;
        }
        if (is_last) {
            return std::nullopt;
        }
        allowed = std::max(allowed, 0.0);
        jobs -= allowed;
        renew(rules, next, allowed);
        at = next;
    }
    return std::nullopt;
}

}  // namespace navette::core
