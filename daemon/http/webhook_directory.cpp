#include "daemon/http/webhook_directory.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/integration_draft.hpp"
#include "daemon/store/integrations.hpp"
#include "daemon/store/webhooks.hpp"
#include "daemon/sync/value_text.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

namespace navette::http {

namespace asio = boost::asio;

namespace {

core::Result<std::shared_ptr<const WebhookTarget>> target_of(
    const store::IntegrationRow& row,
    const config::Manifest& manifest,
    const std::optional<secrets::Vault>& vault
) {
    auto opened = engine::open_secrets(row, vault);
    if (!opened) {
        return std::unexpected(opened.error());
    }
    auto target = std::make_shared<WebhookTarget>();
    target->key = row.key;
    target->takes_changes = row.direction != store::SyncDirection::to_platform;
    target->fetch_after = manifest.webhooks.fetch_after;
    for (const auto& field : manifest.config) {
        if (field.type != config::ConfigField::Type::secret && !field.fallback.is_null()) {
            target->settings[field.name] = field.fallback;
        }
    }
    for (const auto& [name, value] : row.settings) {
        target->settings[name] = value;
    }
    if (const auto* account = target->settings.if_contains(manifest.webhooks.account)) {
        target->account = sync::plain_text(*account).value_or("");
    }
    std::vector<std::string> hidden;
    for (const auto& name : manifest.webhooks.secrets) {
        const auto found = opened->find(name);
        std::istringstream several(found == opened->end() ? std::string() : found->second);
        for (std::string secret; several >> secret;) {
            hidden.push_back(secret);
            target->secrets.push_back(std::move(secret));
        }
    }
    for (auto& [name, value] : *opened) {
        hidden.push_back(std::move(value));
    }
    target->redactor = outbound::Redactor(std::move(hidden));
    return target;
}

}  // namespace

asio::awaitable<core::Result<WebhookTargets>> WebhookDirectory::find(
    std::shared_ptr<const plugins::LoadedConnector> connector,
    std::optional<secrets::Vault> vault,
    WebhookAddress address
) {
    const auto now = std::chrono::steady_clock::now();
    if (const auto found = known_.find(address); found != known_.end() && found->second.until > now) {
        co_return found->second.targets;
    }
    auto targets = co_await load(std::move(connector), std::move(vault), address);
    if (targets) {
        if (known_.size() >= kMostRemembered) {
            std::erase_if(known_, [&](const auto& known) { return known.second.until <= now; });
            if (known_.size() >= kMostRemembered) {
                known_.clear();
            }
        }
        known_[std::move(address)] = {std::chrono::steady_clock::now() + kRemember, *targets};
    }
    co_return targets;
}

asio::awaitable<core::Result<WebhookTargets>> WebhookDirectory::load(
    std::shared_ptr<const plugins::LoadedConnector> connector,
    std::optional<secrets::Vault> vault,
    WebhookAddress address
) {
    const auto connection = co_await database_.connection();
    if (!connection) {
        co_return std::unexpected(connection.error());
    }
    const auto& manifest = connector->manifest;
    const auto keys = co_await store::webhook_targets(
        **connection,
        address.platform,
        address.integration_id,
        address.account.empty() ? std::string() : manifest.webhooks.account,
        address.account
    );
    if (!keys) {
        co_return std::unexpected(keys.error());
    }
    WebhookTargets targets;
    if (keys->empty()) {
        co_return targets;
    }
    std::vector<std::string> ids;
    for (const auto& key : *keys) {
        ids.push_back(key.id);
    }
    const auto rows = co_await store::load_integrations(**connection, std::move(ids));
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    for (const auto& row : *rows) {
        if (std::ranges::find(*keys, row.key) == keys->end()) {
            continue;
        }
        auto target = target_of(row, manifest, vault);
        if (target) {
            targets.push_back(std::move(*target));
        } else {
            core::log(
                core::LogLevel::warning,
                "webhooks of this integration cannot be checked: " + target.error().message,
                {{"integration", row.key.id}, {"tenant", row.key.tenant_id}}
            );
        }
    }
    co_return targets;
}

}  // namespace navette::http
