// How PostgreSQL is to plan for us.
#pragma once

namespace navette::store {

/// A statement that a connection of the lanes runs first: the queue's tables grow and shrink by the million
/// faster than statistics follow, so its statements keep to their indexes.
inline constexpr const char* kHotPath =
    "SELECT set_config('enable_seqscan', 'off', false), set_config('enable_bitmapscan', 'off', false), "
    "set_config('jit', 'off', false), set_config('plan_cache_mode', 'force_generic_plan', false)";

}  // namespace navette::store
