// One remote account: its budget and its breaker, shared by every integration and every kind of work that
// calls it from this thread.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/core/breaker.hpp"
#include "daemon/core/rate_limit.hpp"
#include "daemon/store/account_budgets.hpp"
#include "daemon/sync/zone.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace navette::engine {

using core::Ask;
using core::SteadyTime;

class Account : public std::enable_shared_from_this<Account> {
  public:
    Account(const boost::asio::any_io_executor& executor, const config::Manifest& manifest);

    /// A call's place among those in flight; given back when it goes out of scope, which tells that the call
    /// is answered.
    class Place {
      public:
        Place(std::shared_ptr<Account> account, SteadyTime left, Ask ask)
            : account_(std::move(account)), left_(left), ask_(std::move(ask)) {}
        ~Place();
        Place(Place&& other) noexcept = default;
        Place(const Place&) = delete;
        Place& operator=(Place&&) = delete;
        Place& operator=(const Place&) = delete;

      private:
        std::shared_ptr<Account> account_;
        SteadyTime left_;
        Ask ask_;
    };

    /// Waits until both the limits and the concurrency allow the call. Live work goes before background work,
    /// and otherwise who came first; an ask that only a limit on its route holds back lets those of other
    /// routes pass.
    static boost::asio::awaitable<Place> enter(std::shared_ptr<Account> account, Ask ask = {});

    /// Nothing leaves for this long: the platform said so.
    void freeze(std::chrono::milliseconds span);

    /// Takes what an answer said of the platform's own count.
    void hear(const core::RateReport& report);

    /// Whether a lane may start a call: nothing (start; while the platform was down a moment ago, this call
    /// is the probe), or when to look again. Also later than now where the budget is used up for half a
    /// minute or more, so that jobs wait in the queue for the next day and not as calls under way.
    std::optional<SteadyTime> may_start(SteadyTime now, bool background = false);

    /// The platform answered a call of this account.
    void answered();

    /// A call found the platform down. Returns the pause chosen, during which may_start says no; what the
    /// platform asked for wins. `random` in [0, 1).
    std::chrono::milliseconds unavailable(
        SteadyTime now, std::optional<std::chrono::milliseconds> retry_after, double random
    );

    /// What may_start let through was not called after all, or was cut off: another may be the probe.
    void give_back();

    /// Calls `callback` once, when may_start may say something new before the time it named. Dropping the
    /// handle takes the callback back.
    [[nodiscard]] std::shared_ptr<void> on_change(std::function<void()> callback);

    [[nodiscard]] core::Breaker::State breaker() const { return breaker_.state(); }

    /// When the last of so many calls such as `each` leaves, by the limits; nothing where that is never. What
    /// the calls take themselves, and the concurrency, is not known here.
    [[nodiscard]] std::optional<SteadyTime> forecast(SteadyTime now, double jobs, const Ask& each = {});

    /// Calls that wait for the budget or a place.
    [[nodiscard]] std::size_t waiting() const { return lines_[0].size() + lines_[1].size(); }

    /// Takes the manifest's limits, and keeps what was used of those it had.
    void use(const config::Manifest& manifest);

  private:
    friend class Accounts;

    struct Turn;

    void leave_line(Turn& turn);
    void wake();
    void serve();
    void serve_line(std::list<Turn*>& line, std::uint64_t& blocked, SteadyTime& again, bool& closed);
    void wait_until(SteadyTime when);
    void tell_days(SteadyTime now);
    void tell_change();

    boost::asio::any_io_executor executor_;
    core::RateLimit limit_;
    core::Breaker breaker_;
    int places_;
    int in_flight_ = 0;
    std::array<std::list<Turn*>, 2> lines_;  // live, background; owned by the coroutines that wait
    boost::asio::steady_timer timer_;        // serves the lines; waits whenever somebody is in them
    std::optional<SteadyTime> waits_until_;
    std::uint64_t wait_ = 0;  // tells the wait under way from one that it replaced
    std::vector<std::pair<std::string, sync::Zone>> zones_;
    SteadyTime days_told_{};
    std::vector<std::weak_ptr<std::function<void()>>> listeners_;
    std::uint64_t saved_revision_ = 0;
};

/// The accounts of one thread, made on first use.
class Accounts {
  public:
    explicit Accounts(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// The account of that name, with the limits of this manifest from now on.
    std::shared_ptr<Account> of(const std::string& account, const config::Manifest& manifest);

    /// Drops the accounts that nobody uses any more: another node may use them now. Save what changed before.
    void forget();

    /// What was used of long limits and is not saved yet. saved() after the list is in the database; without
    /// it, the next list holds them again.
    [[nodiscard]] std::vector<store::AccountBudget> changed(const core::Moment& now);
    void saved();

    /// What a former owner, or this node before its restart, used. An account that has been used here since
    /// knows better and keeps its own.
    void restore(const core::Moment& now, std::vector<store::AccountBudget> budgets);

  private:
    void apply(const core::Moment& now, Account& account, const std::string& state);

    boost::asio::any_io_executor executor_;
    std::map<std::string, std::shared_ptr<Account>> accounts_;
    std::map<std::string, std::string> restored_;  // of accounts that are not made yet
    std::vector<std::pair<std::weak_ptr<Account>, std::uint64_t>> listed_;  // by the last changed()
};

/// Both clocks now.
[[nodiscard]] core::Moment this_moment();

}  // namespace navette::engine
