// When what waits for a platform will have left, by the platform's limits. An estimate, for people.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/core/rate_rule.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace navette::engine {

/// Pending jobs of one event type and entity type.
struct WaitingJobs {
    std::string event_type;
    std::string entity_type;
    std::int64_t jobs = 0;
};

/// Requests that the jobs take if each call is a full batch; a job whose event means nothing here takes none.
[[nodiscard]] double calls_needed(const config::Manifest& manifest, std::span<const WaitingJobs> waiting);

/// When the last of so many requests may leave, by the manifest's limits and by what is already used of the
/// long ones (`used`: AccountBudget::state; empty where nothing is known). Nothing: never, or in more than
/// ten years. How long the calls take is not known here.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> limits_allow_until(
    const config::Manifest& manifest, const std::string& used, double calls, const core::Moment& now
);

}  // namespace navette::engine
