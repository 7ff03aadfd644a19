// What an SQLSTATE means for the caller. The one place where PostgreSQL's codes are mapped.
#pragma once

#include "daemon/core/error.hpp"

#include <string_view>

namespace navette::store {

/// `unavailable` for passing faults (connection, shutdown, deadlock, serialisation), `read_only` where the
/// database takes no writes (standby, full disk), `permission`, `conflict` (unique, lock not available),
/// `invalid` (other data errors), else `internal`. An empty code is a connection that broke.
[[nodiscard]] core::ErrorKind kind_of(std::string_view sqlstate);

}  // namespace navette::store
