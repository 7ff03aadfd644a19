// How PostgreSQL is to treat every session of navette, whatever the server, the database, the role or the
// environment says.
#pragma once

#include <initializer_list>
#include <pqxx/pqxx>
#include <string>
#include <string_view>

namespace navette::store {

struct Setting {
    std::string_view name;
    std::string_view value;
};

/// What a session runs before anything else: our settings, then `more`, and a mark that the session is taken.
/// They go by statement: libpq's `options`, which poolers refuse or drop, stay the administrator's. The last
/// answer is one row that begins with whether the session was marked before (kSharedSession).
[[nodiscard]] std::string session_statement(std::initializer_list<Setting> more = {});

/// What to say where a session was marked before: another client had it, and may have it again.
inline constexpr const char* kSharedSession =
    "the session had served another client of navette and kept its settings, so a pooler stands between that "
    "lends sessions out for one transaction (PgBouncer: pool_mode = transaction): LISTEN and the lock on a "
    "node's name would be nobody's; connect to PostgreSQL itself, or through pool_mode = session";

/// Runs it on a connection of libpqxx, and lifts the time limits that are meant for applications. Throws
/// pqxx::failure where the session is shared.
void settle(pqxx::connection& connection);

}  // namespace navette::store
