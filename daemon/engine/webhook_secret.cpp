#include "daemon/engine/webhook_secret.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/integration_draft.hpp"
#include "daemon/secrets/wiping.hpp"
#include "daemon/store/integrations.hpp"
#include "daemon/store/subscriptions.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace navette::engine {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kStoreAgain{200};
// A secret that cannot be stored for so long is given up: the log says what to do.
constexpr int kStoreTries = 150;

/// Of several secrets the newest stands last.
std::string newest_of(const std::string& text) {
    constexpr const char* kBlank = " \t\r\n";
    const auto last = text.find_last_not_of(kBlank);
    if (last == std::string::npos) {
        return {};
    }
    const auto blank = text.find_last_of(kBlank, last);
    const auto begin = blank == std::string::npos ? 0 : blank + 1;
    return text.substr(begin, last + 1 - begin);
}

}  // namespace

std::string webhook_secret_of(const Integration& integration, const std::optional<secrets::Vault>& vault) {
    const auto secrets = open_secrets(integration.row(), vault);
    for (const auto& field : integration.manifest().webhooks.secrets) {
        if (!secrets) {
            break;
        }
        if (const auto found = secrets->find(field);
            found != secrets->end() && !newest_of(found->second).empty()) {
            return newest_of(found->second);
        }
    }
    return {};
}

asio::awaitable<void> keep_webhook_secret(
    const Background& background,
    std::shared_ptr<OwnedIntegration> owned,
    std::function<std::optional<secrets::Vault>()> vault_in_force,
    std::string secret
) {
    const secrets::WipedAtEnd wiped(secret);
    const auto& integration = *owned->integration;
    const auto& key = integration.key();
    const auto& fields = integration.manifest().webhooks.secrets;
    std::string why = fields.empty() ? "its manifest names no webhooks.secrets" : "the database took it not";
    auto row = integration.row();
    asio::steady_timer pause(background.executor);
    for (int tried = 0; !fields.empty() && tried < kStoreTries; ++tried) {
        const auto vault = vault_in_force();
        auto values = open_secrets(row, vault);
        if (!values || !vault) {
            why = values ? "secrets.key is not set in the configuration" : values.error().message;
            break;
        }
        auto& field = (*values)[fields.front()];
        const auto before = newest_of(field);
        if (before == secret) {
            co_return;
        }
        // The one before stays valid, for what is on its way.
        field = before.empty() ? secret : before + " " + secret;
        auto plain = encode_secrets(*values);
        const secrets::WipedAtEnd plain_wiped(plain);
        auto sealed = vault->seal(plain, secrets::owner_of(key.tenant_id, key.id));
        const auto connection = co_await background.database.connection();
        if (connection) {
            const auto kept = co_await store::replace_secrets(
                **connection, owner_of(background, *owned), std::move(sealed), row.version
            );
            if (kept && *kept) {
                core::log(
                    core::LogLevel::info,
                    "the platform made up a secret for its webhooks; it is sealed in " + fields.front(),
                    {{"integration", key.id}, {"tenant", key.tenant_id}}
                );
                co_return;
            }
            auto rows = kept
                            ? co_await store::load_integrations(**connection, {key.id})
                            : core::Result<std::vector<store::IntegrationRow>>(std::unexpected(kept.error()));
            if (rows && !rows->empty()) {
                row = std::move(rows->front());
            }
        }
        pause.expires_after(kStoreAgain);
        co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        if (!background.holds_lease(key.id, owned->epoch)) {
            why = "another node works for the integration by now";
            break;
        }
    }
    core::log(
        core::LogLevel::error,
        "the secret that the platform made up for its webhooks could not be stored, they will be refused: " +
            why + "; remove the subscription there and run: navettectl webhooks check " + key.id +
            " --repair",
        {{"integration", key.id}, {"tenant", key.tenant_id}}
    );
}

}  // namespace navette::engine
