#include "daemon/store/account_budgets.hpp"

#include <utility>

namespace navette::store {

namespace asio = boost::asio;

namespace {

constexpr Statement kLoad{"account_budget_load", R"sql(
SELECT account, state::text FROM navette.account_budgets WHERE account = ANY ($1::text[])
)sql"};

constexpr Statement kSave{"account_budget_save", R"sql(
INSERT INTO navette.account_budgets (account, state)
SELECT account, state::jsonb FROM unnest($1::text[], $2::text[]) AS used (account, state)
ON CONFLICT (account) DO UPDATE SET state = excluded.state, updated_at = now()
)sql"};

}  // namespace

asio::awaitable<core::Result<std::vector<AccountBudget>>> load_account_budgets(
    Connection& connection, std::vector<std::string> accounts
) {
    const auto rows = co_await connection.query(kLoad, std::vector<Parameter>(1, array_literal(accounts)));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    std::vector<AccountBudget> budgets;
    for (int row = 0; row < rows->size(); ++row) {
        budgets.push_back({rows->string(row, 0), rows->string(row, 1)});
    }
    co_return budgets;
}

asio::awaitable<core::Result<void>> save_account_budgets(
    Connection& connection, std::vector<AccountBudget> budgets
) {
    std::vector<std::string> accounts;
    std::vector<std::string> states;
    for (auto& budget : budgets) {
        accounts.push_back(std::move(budget.account));
        states.push_back(std::move(budget.state));
    }
    std::vector<Parameter> values;
    values.emplace_back(array_literal(accounts));
    values.emplace_back(array_literal(states));
    const auto saved = co_await connection.query(kSave, std::move(values));
    if (!saved) {
        co_return std::unexpected(saved.error());
    }
    co_return core::Result<void>();
}

}  // namespace navette::store
