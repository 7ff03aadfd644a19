#include "daemon/engine/verdict.hpp"

#include "daemon/core/backoff.hpp"

namespace navette::engine {

namespace {

using std::chrono::milliseconds;

// Where a platform says "too many requests" without saying for how long.
constexpr milliseconds kDefaultFreeze{5'000};

}  // namespace

Consequence consequence_of(
    const sdk::Outcome& outcome, const AttemptFacts& facts, const config::RetryPolicy& policy
) {
    Consequence follows;
    follows.attempts = facts.attempts_before + 1;
    follows.maybe_applied = facts.maybe_applied_before || outcome.maybe_applied;
    const auto without_attempt = [&] {
        follows.verdict = store::Verdict::retry;
        follows.attempts = facts.attempts_before;
    };
    switch (outcome.kind) {
        case sdk::OutcomeKind::done:
        case sdk::OutcomeKind::skipped:
            follows.verdict = store::Verdict::finish;
            break;
        case sdk::OutcomeKind::retry:
            if (follows.attempts > facts.max_retries) {
                follows.verdict = store::Verdict::fail;
            } else {
                follows.verdict = store::Verdict::retry;
                follows.run_after = outcome.retry_after.value_or(
                    core::backoff(follows.attempts, policy.base, policy.cap, facts.random)
                );
            }
            break;
        case sdk::OutcomeKind::unavailable:
            // How long is the circuit breaker's to say.
            without_attempt();
            break;
        case sdk::OutcomeKind::throttled:
            without_attempt();
            follows.freeze = outcome.retry_after.value_or(kDefaultFreeze);
            follows.run_after = *follows.freeze;
            break;
        case sdk::OutcomeKind::needs_reauth:
            without_attempt();
            follows.hold_as = "needs_reauth";
            break;
        case sdk::OutcomeKind::misconfigured:
            without_attempt();
            follows.hold_as = "error";
            break;
        case sdk::OutcomeKind::rejected:
        case sdk::OutcomeKind::gone:
        case sdk::OutcomeKind::conflict:
            follows.verdict = store::Verdict::fail;
            break;
    }
    return follows;
}

}  // namespace navette::engine
