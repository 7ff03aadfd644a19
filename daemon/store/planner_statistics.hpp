// What PostgreSQL's planner knows of tables that grow by thousands before autovacuum comes by.
#pragma once

#include "daemon/store/connection.hpp"

#include <string>
#include <vector>

namespace navette::store {

/// Analyzes each of the hub's tables that has more than doubled since its statistics were taken. A plan that
/// was made while a table was empty may go by any of its indexes, and is kept: with the wrong one, each
/// record of a first pull costs a walk past all others. New statistics have it made anew, in every session.
/// Returns the names of the tables. Tables of another owner are left to autovacuum.
boost::asio::awaitable<core::Result<std::vector<std::string>>> analyze_what_has_grown(Connection& connection);

}  // namespace navette::store
