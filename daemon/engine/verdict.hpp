// What follows from an outcome: for the job, for the account's budget, for the integration. Pure.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/store/completion.hpp"

#include <navette/sdk/outcome.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace navette::engine {

/// What was known when the outcome came.
struct AttemptFacts {
    int attempts_before = 0;
    int max_retries = 3;
    bool maybe_applied_before = false;
    double random = 0.5;  // uniform in [0, 1)
};

struct Consequence {
    store::Verdict verdict = store::Verdict::finish;
    int attempts = 0;
    std::chrono::milliseconds run_after{0};
    bool maybe_applied = false;
    /// Nothing of the account leaves before then: it is over a limit.
    std::optional<std::chrono::milliseconds> freeze;
    /// The integration's new state, "needs_reauth" or "error": its jobs are held until a person has acted.
    std::string hold_as;
};

[[nodiscard]] Consequence consequence_of(
    const sdk::Outcome& outcome, const AttemptFacts& facts, const config::RetryPolicy& policy
);

}  // namespace navette::engine
