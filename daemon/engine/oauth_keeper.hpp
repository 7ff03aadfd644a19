// Renews the OAuth tokens of the integrations that this node owns: ahead of their end, once for all who need
// them, and by this node alone (daemon/store/oauth.hpp fences it).
#pragma once

#include "daemon/engine/database.hpp"
#include "daemon/engine/token_keeper.hpp"
#include "daemon/engine/transport.hpp"
#include "daemon/store/oauth.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace navette::engine {

/// What the keeper asks of the engine.
struct KeeperNeeds {
    /// With what new tokens are sealed.
    std::function<std::optional<secrets::Vault>()> vault;
    std::function<std::string()> node_id;
    /// The epoch under which this node may act for the integration now; none: it is another's.
    std::function<std::optional<std::int64_t>(const std::string& integration_id)> epoch;
    /// The grant is gone: the integration's jobs are to be held until a person consents again.
    std::function<void(const std::string& integration_id, const std::string& sentence)> gone;
    /// A renewal has ended: renew_what_is_due() has something new to say.
    std::function<void()> ended;
};

class OAuthKeeper final : public TokenKeeper {
  public:
    /// Borrows database and transport, which outlive it and its coroutines.
    OAuthKeeper(
        const boost::asio::any_io_executor& executor,
        Database& database,
        Transport& transport,
        KeeperNeeds needs
    );

    /// The integration's tokens as this process knows them, to assemble it with. Made at the first call.
    [[nodiscard]] std::shared_ptr<OAuthGrant> grant_of(const std::string& integration_id);

    /// From now on its tokens are renewed ahead of their end. An active integration is tried even where its
    /// grant was found gone: a person may have mended it.
    void watch(std::shared_ptr<const Integration> integration);
    void unwatch(const std::string& integration_id);

    /// Begins the renewals that are due and says when to look again.
    [[nodiscard]] std::chrono::milliseconds renew_what_is_due();

    /// Whether a renewal is under way: the lease must not be given up before its answer is stored.
    [[nodiscard]] bool is_renewing(const std::string& integration_id) const;
    [[nodiscard]] int renewing() const { return renewing_; }

    /// New tokens that cannot be stored are given up from now on.
    void stop() { stopping_ = true; }

    sdk::Task<std::expected<void, TokenTrouble>> ready(std::shared_ptr<const Integration> integration
    ) override;
    sdk::Task<bool> renewed_after(std::shared_ptr<const Integration> integration, std::string refused)
        override;

  private:
    using SteadyTime = std::chrono::steady_clock::time_point;
    using Outcome = std::expected<void, TokenTrouble>;

    /// A renewal that has not ended, for those who wait for it.
    struct UnderWay {
        explicit UnderWay(const boost::asio::any_io_executor& executor) : over(executor, SteadyTime::max()) {}

        boost::asio::steady_timer over;  // cancelled when it is
        Outcome outcome;
    };
    /// One integration's renewals.
    struct Line {
        std::shared_ptr<OAuthGrant> grant = std::make_shared<OAuthGrant>();
        std::shared_ptr<const Integration> watched;  // null: not this node's
        std::shared_ptr<UnderWay> under_way;         // null: none
        Outcome last;
        int failures = 0;                       // in a row
        SteadyTime not_before{};                // after a failure
        std::optional<std::int64_t> gone_with;  // the version of the tokens whose grant is gone
    };

    Line& line_of(const std::string& integration_id);
    [[nodiscard]] static bool is_gone(const Line& line);
    boost::asio::awaitable<Outcome> renew(std::shared_ptr<const Integration> integration);
    boost::asio::awaitable<Outcome> renew_once(std::shared_ptr<const Integration> integration);
    boost::asio::awaitable<Outcome> exchange(
        std::shared_ptr<const Integration> integration,
        store::Renewal renewal,
        outbound::WireRequest request,
        RenewalWay way,
        bool spent_before
    );
    boost::asio::awaitable<Outcome> keep(
        std::shared_ptr<const Integration> integration, store::Renewal renewal, OAuthTokens tokens
    );
    Outcome take_stored(const Integration& integration, const std::string& sealed, std::int64_t version);
    boost::asio::awaitable<void> pause(std::chrono::milliseconds span);

    boost::asio::any_io_executor executor_;
    Database& database_;
    Transport& transport_;
    KeeperNeeds needs_;
    std::map<std::string, Line> lines_;  // by integration id
    std::mt19937_64 random_;
    int renewing_ = 0;
    bool stopping_ = false;
};

}  // namespace navette::engine
