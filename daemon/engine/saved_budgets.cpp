#include "daemon/engine/saved_budgets.hpp"

#include "daemon/core/log.hpp"
#include "daemon/store/account_budgets.hpp"

namespace navette::engine {

namespace asio = boost::asio;

asio::awaitable<void> save_budgets(Accounts& accounts, Database& database) {
    auto changed = accounts.changed(this_moment());
    if (changed.empty()) {
        co_return;
    }
    const auto connection = co_await database.connection();
    if (!connection) {
        co_return;
    }
    const auto saved = co_await store::save_account_budgets(**connection, std::move(changed));
    if (saved) {
        accounts.saved();
    } else {
        core::log(
            core::LogLevel::warning,
            "what was used of the accounts' limits could not be saved",
            {{"error", saved.error().message}}
        );
    }
}

asio::awaitable<void> restore_budgets(
    Accounts& accounts, Database& database, std::vector<std::string> names
) {
    const auto connection = co_await database.connection();
    if (!connection) {
        co_return;
    }
    auto budgets = co_await store::load_account_budgets(**connection, std::move(names));
    if (budgets) {
        accounts.restore(this_moment(), std::move(*budgets));
    } else {
        core::log(
            core::LogLevel::warning,
            "what was used of the accounts' limits could not be read",
            {{"error", budgets.error().message}}
        );
    }
}

asio::awaitable<void> keep_budgets(Loop& loop, Accounts& accounts, Database& database) {
    while (loop.goes_on()) {
        co_await loop.rest(kSaveBudgets);
        co_await save_budgets(accounts, database);
    }
}

}  // namespace navette::engine
