// The secret that a platform signs an integration's webhooks with.
#pragma once

#include "daemon/engine/background.hpp"
#include "daemon/secrets/vault.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace navette::engine {

/// The newest secret, which stands last, in the first of the manifest's `webhooks.secrets` that is set; empty
/// where none is, or where it does not open.
[[nodiscard]] std::string webhook_secret_of(
    const Integration& integration, const std::optional<secrets::Vault>& vault
);

/// Seals a secret that the platform made up into the first of the manifest's `webhooks.secrets`, behind the
/// one that stood there, which stays valid for what is on its way. Tried for half a minute; then, or where
/// the lease is lost, an error in the log says what to do. `background` outlives it.
boost::asio::awaitable<void> keep_webhook_secret(
    const Background& background,
    std::shared_ptr<OwnedIntegration> owned,
    std::function<std::optional<secrets::Vault>()> vault_in_force,
    std::string secret
);

}  // namespace navette::engine
