#include "daemon/engine/account.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace navette::engine {

namespace asio = boost::asio;

namespace {

std::vector<core::RateWindow> windows_of(const config::Manifest& manifest) {
    std::vector<core::RateWindow> windows;
    windows.reserve(manifest.limits.size());
    for (const auto& limit : manifest.limits) {
        windows.push_back({static_cast<std::size_t>(std::max(limit.requests, 0)), limit.per});
    }
    return windows;
}

}  // namespace

Account::Account(const asio::any_io_executor& executor, const config::Manifest& manifest)
    : executor_(executor), limit_(windows_of(manifest)), free_places_(std::max(manifest.concurrency, 1)) {}

Account::Place::~Place() {
    if (account_) {
        ++account_->free_places_;
        account_->let_next_try();
    }
}

asio::awaitable<Account::Place> Account::enter(std::shared_ptr<Account> account) {
    asio::steady_timer turn(account->executor_);
    // Leaves the line in whichever way this coroutine ends.
    struct InLine {
        InLine(Account& joined, asio::steady_timer* own) : line(joined), timer(own) {
            line.waiting_.push_back(timer);
        }
        ~InLine() {
            std::erase(line.waiting_, timer);
            line.let_next_try();
        }
        InLine(const InLine&) = delete;
        InLine& operator=(const InLine&) = delete;
        Account& line;
        asio::steady_timer* timer;
    };
    const InLine place_in_line(*account, &turn);
    while (true) {
        turn.expires_at(asio::steady_timer::time_point::max());
        if (account->waiting_.front() == &turn && account->free_places_ > 0) {
            const auto again = account->limit_.take(std::chrono::steady_clock::now());
            if (!again) {
                --account->free_places_;
                co_return Place(account);
            }
            turn.expires_at(*again);
        }
        co_await turn.async_wait(asio::as_tuple(asio::use_awaitable));
    }
}

void Account::freeze(std::chrono::milliseconds span) {
    limit_.freeze(std::chrono::steady_clock::now() + span);
}

void Account::let_next_try() {
    if (!waiting_.empty()) {
        waiting_.front()->cancel();
    }
}

std::shared_ptr<Account> Accounts::of(const std::string& account, const config::Manifest& manifest) {
    auto& known = accounts_[account];
    if (!known) {
        known = std::make_shared<Account>(executor_, manifest);
    }
    return known;
}

}  // namespace navette::engine
