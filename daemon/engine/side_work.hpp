// What this node does for its integrations beside their queue: it pulls changes, compares whole objects and
// looks after webhook subscriptions.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/engine/background.hpp"
#include "daemon/engine/guardian.hpp"
#include "daemon/engine/rota.hpp"
#include "daemon/secrets/vault.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace navette::engine {

class SideWork {
  public:
    /// `settings` and `vault`: those in force, asked each time.
    SideWork(
        Background background,
        std::function<const config::Settings&()> settings,
        std::function<std::optional<secrets::Vault>()> vault
    );
    SideWork(const SideWork&) = delete;
    SideWork& operator=(const SideWork&) = delete;

    void watch(std::shared_ptr<const Integration> integration, std::int64_t epoch);
    void unwatch(const std::string& integration_id);

    /// Somebody asked for a pull, for a comparison, or for a look at the integration's subscriptions.
    void look_at_pulls(const std::string& integration_id) { pulls_.look(integration_id); }
    void look_at_comparisons(const std::string& integration_id) { comparisons_.look(integration_id); }
    void look_at_webhooks(const std::string& integration_id) { checks_.look(integration_id); }

    /// Start what is due and say when to ask again.
    [[nodiscard]] std::chrono::milliseconds start_pulls() {
        return std::min(pulls_.start_what_is_due(), comparisons_.start_what_is_due());
    }
    [[nodiscard]] std::chrono::milliseconds start_checks() { return checks_.start_what_is_due(); }

    /// Whether the integration's subscriptions are being looked after: some may be made just now, and its
    /// next owner must see them. What a pull reads is fenced and may be cut off at any time.
    [[nodiscard]] bool is_checking(const std::string& integration_id) const {
        return checks_.is_running(integration_id);
    }
    [[nodiscard]] int checking() const { return checks_.running(); }

    /// Starts nothing more.
    void stop();

  private:
    [[nodiscard]] GuardianNeeds guardian_needs(std::function<std::optional<secrets::Vault>()> vault);
    [[nodiscard]] Rota::Work pull_work();
    [[nodiscard]] Rota::Work comparison_work();
    [[nodiscard]] Rota::Work guardian_work();

    Background background_;
    std::function<const config::Settings&()> settings_;
    Guardian guardian_;
    Rota pulls_;
    Rota comparisons_;
    Rota checks_;
};

}  // namespace navette::engine
