// One call of a connector: the session it sees, the guard around it, and what it leaves behind.
#pragma once

#include "daemon/engine/account.hpp"
#include "daemon/engine/evidence.hpp"
#include "daemon/engine/integration.hpp"
#include "daemon/engine/transport.hpp"

#include <navette/sdk/connector.hpp>

#include <chrono>
#include <map>
#include <memory>
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
    AttemptSession(
        std::shared_ptr<const Integration> integration,
        std::shared_ptr<Account> account,
        Transport& transport,
        SessionMemory& memory
    );

    sdk::Task<sdk::HttpResult> send(sdk::HttpRequest request) override;
    [[nodiscard]] const boost::json::object& settings() const override { return integration_->settings(); }
    [[nodiscard]] sdk::Instant now() const override;
    void remark(std::string text) override { remarks_.push_back(std::move(text)); }
    [[nodiscard]] boost::json::value recall(std::string_view key) const override;
    void remember(std::string_view key, boost::json::value value) override;

    [[nodiscard]] const std::vector<Exchange>& exchanges() const { return exchanges_; }
    [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }

  private:
    std::shared_ptr<const Integration> integration_;
    std::shared_ptr<Account> account_;
    Transport& transport_;
    SessionMemory& memory_;
    std::vector<Exchange> exchanges_;
    std::vector<std::string> remarks_;
};

/// Calls the connector's push inside the one guard around connector code. Always returns one outcome for each
/// operation: an exception or a wrong number of outcomes is the connector's bug, told as a retry that may
/// have had its effect.
sdk::Task<std::vector<sdk::Outcome>> guarded_push(
    sdk::Connector& connector, AttemptSession& session, std::vector<sdk::Operation> batch
);

/// Calls the connector's test inside the guard.
sdk::Task<sdk::TestReport> guarded_test(sdk::Connector& connector, AttemptSession& session);

}  // namespace navette::engine
