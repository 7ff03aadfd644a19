// How much memory the jobs in hand take, and how much of it one lane may hold.
#pragma once

#include "daemon/core/memory_shares.hpp"

namespace navette::engine {

/// About what a job in hand takes, in bytes: its names, its plan, its data as they were read and as they are
/// sent. Measured with the benchmarks' poster, 300 and 4,000 bytes of data.
[[nodiscard]] constexpr std::size_t weight_of_job(std::size_t data_bytes) {
    return 2 * data_bytes + 2'048;
}

/// What lanes share, until the settings say otherwise. The most of one lane is enough for a bulk batch of
/// 10,000 small jobs.
inline constexpr core::MemoryShares::Limits kJobMemory{
    .whole = 128U << 20U, .least = 64U << 10U, .most = 32U << 20U, .least_shrinks = true
};

}  // namespace navette::engine
