// What was used of the accounts' long limits, kept in the database: a restart, or another node, counts on
// from there.
#pragma once

#include "daemon/engine/account.hpp"
#include "daemon/engine/database.hpp"
#include "daemon/engine/loop.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace navette::engine {

/// At most so much of what was used is forgotten by a crash.
constexpr std::chrono::milliseconds kSaveBudgets{10'000};

/// Writes down what has changed since the last time.
boost::asio::awaitable<void> save_budgets(Accounts& accounts, Database& database);

/// Reads what was used of these accounts, before their first call.
boost::asio::awaitable<void> restore_budgets(
    Accounts& accounts, Database& database, std::vector<std::string> names
);

/// Saves every kSaveBudgets.
boost::asio::awaitable<void> keep_budgets(Loop& loop, Accounts& accounts, Database& database);

}  // namespace navette::engine
