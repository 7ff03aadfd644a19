// What commands work with, opened when first asked for: a command that needs no database connects to none.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/ctl/console.hpp"
#include "daemon/ctl/failure.hpp"
#include "daemon/plugins/inventory.hpp"
#include "daemon/secrets/vault.hpp"
#include "daemon/store/admin_session.hpp"

#include <memory>
#include <optional>
#include <string>

namespace navette::ctl {

/// What the options before every command say.
struct Choices {
    std::optional<std::string> config_file;  // none: NAVETTE_CONFIG, else /etc/navette/navette.yaml
    std::optional<std::string> database;
    bool json = false;
    bool no_color = false;
};

class Context {
  public:
    explicit Context(Choices choices);

    [[nodiscard]] const Console& console() const { return console_; }

    /// The file that settings() reads.
    [[nodiscard]] std::string config_file() const;

    /// The configuration file's settings. Without a file, and with --database, every key has its default.
    /// References live as long as the context.
    [[nodiscard]] Result<const config::Settings*> settings();

    /// --database, else the configuration's; checked to be readable as an address.
    [[nodiscard]] Result<std::string> database_url();
    [[nodiscard]] Result<store::AdminSession*> database();

    [[nodiscard]] Result<const plugins::Inventory*> inventory();

    /// Empty where secrets.key is not set.
    [[nodiscard]] Result<std::optional<secrets::Vault>> vault();

  private:
    Choices choices_;
    Console console_;
    std::optional<config::Settings> settings_;
    std::optional<store::AdminSession> database_;
    std::optional<plugins::Inventory> inventory_;
};

}  // namespace navette::ctl
