// What the daemon works by.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/plugins/inventory.hpp"
#include "daemon/secrets/vault.hpp"

#include <memory>
#include <optional>

namespace navette::engine {

/// What the administrator's files say, read and checked: replaced as a whole by a reload.
struct Configuration {
    config::Settings settings;
    std::shared_ptr<const plugins::Inventory> inventory;
    std::optional<secrets::Vault> vault;
};

}  // namespace navette::engine
