// What a call's outcome tells of its remote account: that the platform answers, is down, or asks for less.
#pragma once

#include "daemon/core/metrics.hpp"
#include "daemon/engine/account.hpp"
#include "daemon/engine/integration.hpp"

#include <navette/sdk/outcome.hpp>

#include <chrono>

namespace navette::engine {

/// The platform answered, whatever it said.
void tell_answered(Account& account, core::PlatformMetrics& metrics);

/// The call found the platform down: the breaker opens. `random` in [0, 1).
void tell_unavailable(
    Account& account,
    core::PlatformMetrics& metrics,
    const Integration& integration,
    const sdk::Outcome& outcome,
    double random
);

/// The platform asked for fewer requests: nothing of the account leaves for `span`.
void tell_throttled(
    Account& account,
    core::PlatformMetrics& metrics,
    const Integration& integration,
    const sdk::Outcome& outcome,
    std::chrono::milliseconds span
);

}  // namespace navette::engine
