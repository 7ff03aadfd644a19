// One tenant's connection, ready for work: settings checked, secrets opened, mappings compiled, requests
// addressed.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/config/sync_rules.hpp"
#include "daemon/core/error.hpp"
#include "daemon/engine/compiled_mappings.hpp"
#include "daemon/engine/oauth_exchange.hpp"
#include "daemon/engine/oauth_grant.hpp"
#include "daemon/outbound/http_client.hpp"
#include "daemon/outbound/oauth1.hpp"
#include "daemon/outbound/redactor.hpp"
#include "daemon/plugins/inventory.hpp"
#include "daemon/secrets/vault.hpp"
#include "daemon/store/integrations.hpp"
#include "daemon/sync/mapping.hpp"
#include "daemon/sync/schedule.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace navette::engine {

class Integration {
  public:
    /// Puts an integration together from its row. Fails with a sentence that names the integration and the
    /// field: unknown platform, missing setting, secrets that do not open, a mapping that does not compile.
    /// `vault` may be empty where the integration has no secrets. `grant`: its OAuth tokens as this process
    /// knows them already; null: the row's. `shared`: has the compiled mappings of integrations without rules
    /// of their own; null: they are compiled.
    [[nodiscard]] static core::Result<std::shared_ptr<const Integration>> assemble(
        store::IntegrationRow row,
        const plugins::Inventory& inventory,
        const std::optional<secrets::Vault>& vault,
        std::shared_ptr<OAuthGrant> grant = nullptr,
        SharedMappings* shared = nullptr
    );

    [[nodiscard]] const store::IntegrationKey& key() const { return row_.key; }
    [[nodiscard]] const store::IntegrationRow& row() const { return row_; }
    /// The connector's manifest; where the tenant has mapping rules of its own, a copy with these laid over.
    [[nodiscard]] const config::Manifest& manifest() const { return *manifest_; }
    [[nodiscard]] sdk::Connector& connector() const { return *connector_->connector; }
    [[nodiscard]] const boost::json::object& settings() const { return settings_; }
    /// Knows the secrets, and the OAuth tokens of the moment and of the last while.
    [[nodiscard]] const outbound::Redactor& redactor() const;
    /// How it authenticates: the alternative of the manifest whose credentials it has.
    [[nodiscard]] const config::AuthSpec& auth() const { return *auth_; }
    /// Its OAuth tokens; null where it authenticates otherwise.
    [[nodiscard]] const std::shared_ptr<OAuthGrant>& grant() const { return grant_; }
    /// Its client on the platform, by one of the manifest's OAuth sections. Fails with a sentence that names
    /// the missing field.
    [[nodiscard]] core::Result<OAuthClient> oauth_client(const config::OAuthSpec& spec) const;
    /// Equal for integrations that share one remote account, and so one budget.
    [[nodiscard]] const std::string& account() const { return account_; }
    [[nodiscard]] int max_retries() const;
    /// How long nothing may have succeeded before it is switched off; nothing where the manifest has no rule
    /// for it.
    [[nodiscard]] std::optional<std::chrono::milliseconds> disable_after() const { return disable_after_; }
    /// When its work is let go; realtime where the row's frequency cannot be read (see schedule_problem()).
    [[nodiscard]] const sync::Schedule& schedule() const { return schedule_; }
    /// Why the row's frequency cannot be read; empty where it can.
    [[nodiscard]] const std::string& schedule_problem() const { return schedule_problem_; }
    /// How conflicts are settled, what deletes mean, and where its changes go on to.
    [[nodiscard]] const config::SyncRules& sync_rules() const { return sync_rules_; }
    /// Null where the object has no mapping.
    [[nodiscard]] const sync::Mapping* mapping(const std::string& object) const;

    /// A connector's request with base URL, credentials and time-out: what goes on the wire.
    [[nodiscard]] outbound::WireRequest address(sdk::HttpRequest request) const;

    /// A connector's request to another server (HttpRequest::at), without credentials. Fails with a sentence
    /// where the manifest does not name its host, or where it is not encrypted though the integration is.
    [[nodiscard]] core::Result<outbound::WireRequest> address_elsewhere(sdk::HttpRequest request) const;

    /// "dolibarr integration int_1 of tenant lumira", for messages.
    [[nodiscard]] std::string title() const;

  private:
    Integration() = default;

    store::IntegrationRow row_;
    std::shared_ptr<const plugins::LoadedConnector> connector_;
    std::shared_ptr<const config::Manifest> manifest_;  // the connector's, or tailored to the tenant
    boost::json::object settings_;
    std::map<std::string, std::string> secrets_;
    std::vector<std::string> secret_values_;
    mutable outbound::Redactor redactor_;  // for the tokens of redactor_generation_
    mutable std::uint64_t redactor_generation_ = 0;
    const config::AuthSpec* auth_ = nullptr;  // of manifest_
    std::shared_ptr<OAuthGrant> grant_;
    std::string base_url_;
    std::string account_;
    sync::Schedule schedule_;
    std::string schedule_problem_;
    config::SyncRules sync_rules_;
    std::vector<sdk::Header> auth_headers_;
    outbound::OAuth1Consumer consumer_;      // where auth_ is of type oauth1
    std::vector<std::string> webhook_keys_;  // where it is of type standard_webhooks
    std::optional<std::chrono::milliseconds> disable_after_;
    std::shared_ptr<const Mappings> mappings_;
};

/// What to tell a person where nobody has consented yet.
[[nodiscard]] std::string not_authorised(const Integration& integration);

/// An integration's secrets as they are sealed: a JSON object of strings.
[[nodiscard]] std::string encode_secrets(const std::map<std::string, std::string>& secrets);
[[nodiscard]] core::Result<std::map<std::string, std::string>> decode_secrets(std::string_view text);

}  // namespace navette::engine
