// What work beside the queue (pulls, checks of webhook subscriptions) needs of the engine, and how it begins.
#pragma once

#include "daemon/engine/account.hpp"
#include "daemon/engine/attempt.hpp"
#include "daemon/engine/database.hpp"
#include "daemon/engine/right_of_way.hpp"
#include "daemon/engine/token_keeper.hpp"
#include "daemon/engine/transport.hpp"
#include "daemon/store/owner.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace navette::engine {

/// Everything outlives the work.
struct Background {
    boost::asio::any_io_executor executor;
    Database& database;
    Accounts& accounts;
    Transport& transport;
    std::mt19937_64& random;
    std::function<std::string()> node_id;
    /// False: the lease may have run out or is another's, so nothing may leave.
    std::function<bool(const std::string& integration_id, std::int64_t epoch)> holds_lease;
    /// Something has come to an end: start_what_is_due() has something new to say.
    std::function<void()> ended;
    TokenKeeper* tokens = nullptr;  // null: OAuth tokens are used as they are
    RightOfWay* way = nullptr;      // null: it gives way to nobody

    /// Single jobs that are on their way go first.
    boost::asio::awaitable<void> give_way() const {
        if (way != nullptr) {
            co_await way->give_way();
        }
    }
};

/// An integration that this node owns, as work beside the queue sees it.
struct OwnedIntegration {
    std::shared_ptr<const Integration> integration;
    std::int64_t epoch = 0;
    SessionMemory memory;                 // the connector's
    std::map<std::string, int> halvings;  // by object: how often its pages were halved (page_size.hpp)
};

/// Who writes for it.
[[nodiscard]] store::Owner owner_of(const Background& background, const OwnedIntegration& owned);

/// A connector's call that goes after live work and counts in the account's budget and breaker.
class BackgroundCall {
  public:
    /// `owned` outlives the call. `wanted`: asked before each request beside the lease; false: nothing
    /// leaves.
    BackgroundCall(
        const Background& background, OwnedIntegration& owned, const std::function<bool()>& wanted
    );

    /// When to come again, as the budget is used up or the platform is down; nothing where the call may
    /// begin: then ended() must follow.
    [[nodiscard]] std::optional<SteadyTime> may_begin();

    [[nodiscard]] AttemptSession& session() { return session_; }

    /// Whether this node still works for the integration: what a call says after that is worth nothing.
    [[nodiscard]] bool is_wanted() const { return wanted_(); }

    /// What came of it: null where it went well. Returns how long to leave the platform alone, where it was
    /// down or said so.
    std::optional<std::chrono::milliseconds> ended(const sdk::Outcome* failure);

    /// What went wrong, for logs and tables: secrets hidden, storable.
    [[nodiscard]] std::string sentence_of(const sdk::Outcome& failure) const;

  private:
    std::shared_ptr<const Integration> integration_;
    std::shared_ptr<Account> account_;
    std::mt19937_64& random_;
    std::function<bool()> wanted_;
    AttemptSession session_;
};

/// How long to wait after so many failures in a row: from 30 s, doubling to `longest`, half of it random.
[[nodiscard]] std::chrono::milliseconds background_pause(
    int failures, std::chrono::milliseconds longest, std::mt19937_64& random
);

}  // namespace navette::engine
