// One call of a connector: the session it sees, the guard around it, and what it leaves behind.
#pragma once

#include "daemon/engine/account.hpp"
#include "daemon/engine/evidence.hpp"
#include "daemon/engine/integration.hpp"
#include "daemon/engine/token_keeper.hpp"
#include "daemon/engine/transport.hpp"

#include <navette/sdk/connector.hpp>

#include <chrono>
#include <expected>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace navette::engine {

/// Values that a connector remembers for an integration while this process owns it.
using SessionMemory = std::map<std::string, boost::json::value, std::less<>>;

/// The session of one attempt. Every request passes through the account's budget, gets the integration's
/// address and credentials, and is kept as evidence.
class AttemptSession final : public sdk::Session {
  public:
    /// `memory` and `transport` outlive the session. Without an account (dry run) nothing is waited for.
    /// `background`: live work goes first.
    AttemptSession(
        std::shared_ptr<const Integration> integration,
        std::shared_ptr<Account> account,
        Transport& transport,
        SessionMemory& memory,
        bool background = false
    );

    /// Of answers only the status is kept: nobody reads them as evidence, and a page of records is large.
    void keep_no_answers() { keeps_answers_ = false; }

    /// From now on nothing is sent once `still_ours` says no: a process that was paused past its lease must
    /// not act for an integration that another node works for.
    void only_while(std::function<bool()> still_ours) { still_ours_ = std::move(still_ours); }

    /// wait() returns early once `may_wait` says no, since the daemon stops or the integration leaves; from
    /// then on nothing more is sent either, so that the call ends and its jobs are written back.
    void wait_while(std::function<bool()> may_wait) { may_wait_ = std::move(may_wait); }

    /// Who renews the integration's OAuth tokens; it outlives the session. Without one they are used as they
    /// are.
    void renew_tokens_by(TokenKeeper* keeper) { keeper_ = keeper; }

    sdk::Task<sdk::HttpResult> send(sdk::HttpRequest request) override;
    [[nodiscard]] const boost::json::object& settings() const override { return integration_->settings(); }
    [[nodiscard]] sdk::Instant now() const override;
    sdk::Task<void> wait(std::chrono::milliseconds time) override;
    void remark(std::string text) override { remarks_.push_back(std::move(text)); }
    [[nodiscard]] boost::json::value recall(std::string_view key) const override;
    void remember(std::string_view key, boost::json::value value) override;
    void report_limit(sdk::LimitReport report) override;

    [[nodiscard]] const std::vector<Exchange>& exchanges() const { return exchanges_; }
    /// Whether a request left that may have changed something there: no mere reading, and not refused.
    [[nodiscard]] bool may_have_written() const;
    [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }
    /// How long the requests of this session waited for the account's budget and a place.
    [[nodiscard]] std::chrono::nanoseconds waited() const { return waited_; }
    /// Why a request could not be sent for want of an access token; none where that did not happen.
    [[nodiscard]] const std::optional<TokenTrouble>& token_trouble() const { return token_trouble_; }
    /// Without a keeper: an access token that costs nothing (client_credentials, jwt_bearer), for this
    /// process alone; token_trouble() where there is none to be had.
    sdk::Task<void> get_token_for_now();
    /// Puts right what the connector made of a request that was not sent for want of a token: the grant is at
    /// fault and not the record.
    void judge(sdk::Outcome& outcome) const;

  private:
    sdk::Task<sdk::HttpResult> send_once(sdk::HttpRequest request);
    sdk::Task<sdk::HttpResult> send_elsewhere(sdk::HttpRequest request);
    /// Sends and keeps `shown` as evidence of what was sent; the answer is the caller's to add.
    sdk::Task<sdk::HttpResult> exchange(outbound::WireRequest wire, outbound::WireRequest shown);
    sdk::Task<bool> has_token();
    void hear_headers(const sdk::HttpResponse& response);

    std::shared_ptr<const Integration> integration_;
    std::shared_ptr<Account> account_;
    Transport& transport_;
    SessionMemory& memory_;
    std::function<bool()> still_ours_;
    std::function<bool()> may_wait_;
    bool is_cut_short_ = false;
    bool keeps_answers_ = true;
    TokenKeeper* keeper_ = nullptr;
    std::optional<TokenTrouble> token_trouble_;
    std::string used_token_;  // by the last request
    Ask ask_;                 // of the last request
    SteadyTime left_at_{};
    std::chrono::nanoseconds waited_{0};
    std::vector<Exchange> exchanges_;
    std::vector<std::string> remarks_;
};

/// Calls the connector's push inside the one guard around connector code. Always returns one outcome for each
/// operation: an exception or a wrong number of outcomes is the connector's bug, told as a retry that may
/// have had its effect.
sdk::Task<std::vector<sdk::Outcome>> guarded_push(
    sdk::Connector& connector, AttemptSession& session, std::vector<sdk::Operation> batch
);

/// Calls the connector's fetch inside the guard.
sdk::Task<std::expected<sdk::RemoteRecord, sdk::Outcome>> guarded_fetch(
    sdk::Connector& connector, AttemptSession& session, std::string object, std::string remote_id
);

/// Calls the connector's pull inside the guard.
sdk::Task<std::expected<sdk::PullPage, sdk::Outcome>> guarded_pull(
    sdk::Connector& connector, AttemptSession& session, sdk::PullRequest request
);

/// Calls the connector's subscriptions inside the guard.
sdk::Task<std::expected<std::vector<sdk::SubscriptionState>, sdk::Outcome>> guarded_subscriptions(
    sdk::Connector& connector, AttemptSession& session, sdk::SubscriptionPlan plan
);

/// Calls the connector's test inside the guard.
sdk::Task<sdk::TestReport> guarded_test(sdk::Connector& connector, AttemptSession& session);

}  // namespace navette::engine
