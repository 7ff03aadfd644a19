// How PostgreSQL is to treat every session of navette, whatever the server, the database, the role or the
// environment says.
#pragma once

#include <pqxx/pqxx>
#include <string>

namespace navette::store {

/// The value of libpq's `options` for a connection by `conninfo`: the options that it names itself, then
/// ours, which win. An address that cannot be read has none; connecting says what is wrong with it.
[[nodiscard]] std::string session_options(const std::string& conninfo);

/// The same for a connection of libpqxx, which is open already. No time limit that is meant for applications
/// holds for it.
void settle(pqxx::connection& connection);

}  // namespace navette::store
