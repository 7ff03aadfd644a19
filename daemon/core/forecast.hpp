// When a backlog ends, given what limits it. An estimate; pure.
#pragma once

#include "daemon/core/rate_rule.hpp"

#include <optional>
#include <vector>

namespace navette::core {

/// What one rule lets through from now on, counted in calls.
struct Outlook {
    double free = 0;                       // at once
    double per_second = 0;                 // and then so many more; none for a quota
    std::optional<SteadyTime> renewed_at;  // quota: from then on, and each day after, it is `renewed` again
    double renewed = 0;
};

/// When the last of `jobs` calls leaves, all rules holding at once; nothing where that is never, or further
/// away than ten years.
[[nodiscard]] std::optional<SteadyTime> forecast(SteadyTime now, double jobs, std::vector<Outlook> rules);

}  // namespace navette::core
