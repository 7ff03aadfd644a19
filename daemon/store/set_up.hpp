// What the engine's connections run first.
#pragma once

// Limits that are meant for the statements of applications cut none of ours off. A source's connection keeps
// those of its database. transaction_timeout is there from PostgreSQL 17 on.
#define NAVETTE_NO_LIMITS                                                                   \
    "set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false), " \
    "set_config('idle_in_transaction_session_timeout', '0', false), "                       \
    "CASE WHEN current_setting('transaction_timeout', true) <> '0' "                        \
    "THEN set_config('transaction_timeout', '0', false) END"

namespace navette::store {

/// For a connection of the lanes: the queue's tables grow and shrink by the million faster than statistics
/// follow, so its statements keep to their indexes (connect() has taken sequential scans from all).
inline constexpr const char* kHotPath =
    "SELECT set_config('enable_bitmapscan', 'off', false), "
    "set_config('plan_cache_mode', 'force_generic_plan', false), " NAVETTE_NO_LIMITS;

/// For any other.
inline constexpr const char* kUnlimited = "SELECT " NAVETTE_NO_LIMITS;

}  // namespace navette::store
