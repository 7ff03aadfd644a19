// What was used of accounts' long limits, kept for the next owner and for a restart.
#pragma once

#include "daemon/store/connection.hpp"

#include <string>
#include <vector>

namespace navette::store {

struct AccountBudget {
    std::string account;
    std::string state;  // JSON text
};

/// Those of the named accounts that were ever saved.
boost::asio::awaitable<core::Result<std::vector<AccountBudget>>> load_account_budgets(
    Connection& connection, std::vector<std::string> accounts
);

/// Puts each in the place of the one before. An account occurs once.
boost::asio::awaitable<core::Result<void>> save_account_budgets(
    Connection& connection, std::vector<AccountBudget> budgets
);

}  // namespace navette::store
