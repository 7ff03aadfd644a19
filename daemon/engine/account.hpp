// One remote account's budget, shared by every integration and every kind of work that calls it from this
// thread.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/core/rate_limit.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>

namespace navette::engine {

class Account {
  public:
    Account(const boost::asio::any_io_executor& executor, const config::Manifest& manifest);

    /// A call's place among those in flight; given back when it goes out of scope.
    class Place {
      public:
        explicit Place(std::shared_ptr<Account> account) : account_(std::move(account)) {}
        ~Place();
        Place(Place&& other) noexcept = default;
        Place(const Place&) = delete;
        Place& operator=(Place&&) = delete;
        Place& operator=(const Place&) = delete;

      private:
        std::shared_ptr<Account> account_;
    };

    /// Waits, first come first served, until both the rate and the concurrency allow one more call.
    static boost::asio::awaitable<Place> enter(std::shared_ptr<Account> account);

    /// Nothing leaves for this long: the platform said so.
    void freeze(std::chrono::milliseconds span);

  private:
    void let_next_try();

    boost::asio::any_io_executor executor_;
    core::RateLimit limit_;
    int free_places_;
    std::deque<boost::asio::steady_timer*> waiting_;  // owned by the waiting coroutines, in order of arrival
};

/// The accounts of one thread, made on first use.
class Accounts {
  public:
    explicit Accounts(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    /// Forgets all: the next use makes them anew from the manifests of then. Calls under way keep theirs.
    void forget() { accounts_.clear(); }

    std::shared_ptr<Account> of(const std::string& account, const config::Manifest& manifest);

  private:
    boost::asio::any_io_executor executor_;
    std::map<std::string, std::shared_ptr<Account>> accounts_;
};

}  // namespace navette::engine
