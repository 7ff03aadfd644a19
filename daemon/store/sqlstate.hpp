// What an SQLSTATE means for the caller. The one place where PostgreSQL's codes are mapped.
#pragma once

#include "daemon/core/error.hpp"

#include <string>
#include <string_view>

namespace pqxx {
class sql_error;
}

namespace navette::store {

/// `unavailable` for passing faults (connection, shutdown, deadlock, serialisation), `read_only` where the
/// database takes no writes (standby, full disk), `permission`, `conflict` (unique, lock not available),
/// `invalid` (other data errors), else `internal`. An empty code is a connection that broke.
[[nodiscard]] core::ErrorKind kind_of(std::string_view sqlstate);

/// The error's SQLSTATE, also where libpqxx 6 drops it (insufficient_privilege, 42501).
[[nodiscard]] std::string state_of(const pqxx::sql_error& error);

}  // namespace navette::store
