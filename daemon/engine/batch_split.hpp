// A batch that failed as a whole is split, so that one bad record does not sink the others. Pure.
#pragma once

#include <navette/sdk/outcome.hpp>

#include <algorithm>
#include <span>

namespace navette::engine {

/// Whether a batch's outcomes speak of the batch and not of its records: all refused alike, with the same
/// words. What concerns the platform or the account as a whole (unavailable, throttled, ...) is no reason to
/// split.
[[nodiscard]] inline bool failed_as_a_whole(std::span<const sdk::Outcome> outcomes) {
    if (outcomes.size() < 2) {
        return false;
    }
    const auto& first = outcomes.front();
    switch (first.kind) {
        case sdk::OutcomeKind::retry:
        case sdk::OutcomeKind::rejected:
        case sdk::OutcomeKind::gone:
        case sdk::OutcomeKind::conflict:
            break;
        default:
            return false;
    }
    return std::ranges::all_of(outcomes, [&](const sdk::Outcome& outcome) {
        return outcome.kind == first.kind && outcome.message == first.message;
    });
}

}  // namespace navette::engine
