// The webhook guardian: knows which subscriptions a platform should hold for an integration, makes those that
// are missing, notices when no webhook comes although records change, and has pulled what may have been
// missed.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/engine/background.hpp"
#include "daemon/secrets/vault.hpp"
#include "daemon/store/subscriptions.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace navette::engine {

/// What the guardian asks of the engine.
struct GuardianNeeds {
    std::function<config::WebhookSettings()> settings;
    /// listen.public_url; empty: there is no address to subscribe with.
    std::function<std::string()> public_url;
    /// With what a secret is sealed that a platform made up.
    std::function<std::optional<secrets::Vault>()> vault;
    /// The integration's objects are due: what a gap hid is to be read at once.
    std::function<void(const std::string& integration_id)> pull_now;
};

class Guardian {
  public:
    /// `background` outlives the guardian and its coroutines.
    Guardian(const Background& background, GuardianNeeds needs);

    /// Looks after the integration's subscriptions where that is due; returns when it is again. A Rota's
    /// work.
    boost::asio::awaitable<SteadyTime> check(
        std::shared_ptr<OwnedIntegration> owned, std::function<bool()> wanted
    );

    /// The integration left this node: the metric counts its subscriptions no more.
    void forget(const std::string& integration_id);

  private:
    using States = std::vector<sdk::SubscriptionState>;

    [[nodiscard]] bool is_guarded(const Integration& integration) const;
    [[nodiscard]] std::string address_of(const Integration& integration) const;
    boost::asio::awaitable<SteadyTime> look(
        std::shared_ptr<OwnedIntegration> owned, std::function<bool()> wanted, store::WebhookCheck before
    );
    [[nodiscard]] sdk::SubscriptionPlan plan_for(
        const Integration& integration, const store::WebhookCheck& before
    ) const;
    boost::asio::awaitable<void> keep_secrets(std::shared_ptr<OwnedIntegration> owned, States states);
    boost::asio::awaitable<void> note(
        std::shared_ptr<OwnedIntegration> owned, store::WebhookCheckResult result
    );
    void tell_silence(const Integration& integration, const store::WebhookCheck& before) const;
    void count(const Integration& integration, const std::vector<store::Subscription>& subscriptions);

    const Background& background_;
    GuardianNeeds needs_;
    struct Counted {
        std::string slug;
        std::map<std::string, int> by_state;
    };
    std::map<std::string, Counted> counted_;  // by integration id
};

/// What the connector found, as it is stored: secrets hidden.
[[nodiscard]] std::vector<store::Subscription> stored_subscriptions(
    const std::vector<sdk::SubscriptionState>& states, const outbound::Redactor& redactor
);

}  // namespace navette::engine
