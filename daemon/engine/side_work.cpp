#include "daemon/engine/side_work.hpp"

#include "daemon/engine/comparison_round.hpp"
#include "daemon/engine/pull_round.hpp"

#include <utility>

namespace navette::engine {

namespace {

// Looks at subscriptions at once: a few small requests each.
constexpr int kChecksAtOnce = 4;

}  // namespace

SideWork::SideWork(
    Background background,
    std::function<const config::Settings&()> settings,
    std::function<std::optional<secrets::Vault>()> vault
)
    : background_(std::move(background)),
      settings_(std::move(settings)),
      guardian_(background_, guardian_needs(std::move(vault))),
      pulls_(
          background_, "pull", [this] { return settings_().pull.concurrency; }, pull_work()
      ),
      comparisons_(
          background_, "comparison", [this] { return settings_().pull.concurrency; }, comparison_work()
      ),
      checks_(background_, "webhook check", [] { return kChecksAtOnce; }, guardian_work()) {}

void SideWork::watch(std::shared_ptr<const Integration> integration, std::int64_t epoch) {
    pulls_.watch(integration, epoch);
    comparisons_.watch(integration, epoch);
    checks_.watch(std::move(integration), epoch);
}

void SideWork::unwatch(const std::string& integration_id) {
    pulls_.unwatch(integration_id);
    comparisons_.unwatch(integration_id);
    checks_.unwatch(integration_id);
    guardian_.forget(integration_id);
}

void SideWork::stop() {
    pulls_.stop();
    comparisons_.stop();
    checks_.stop();
}

GuardianNeeds SideWork::guardian_needs(std::function<std::optional<secrets::Vault>()> vault) {
    GuardianNeeds needs;
    needs.settings = [this] { return settings_().webhooks; };
    needs.public_url = [this] { return settings_().listen.public_url; };
    needs.vault = std::move(vault);
    needs.pull_now = [this](const std::string& id) { pulls_.look(id); };
    return needs;
}

Rota::Work SideWork::pull_work() {
    return [this](std::shared_ptr<OwnedIntegration> owned, std::function<bool()> wanted) {
        return pull_objects(background_, settings_().pull, std::move(owned), std::move(wanted));
    };
}

Rota::Work SideWork::comparison_work() {
    return [this](std::shared_ptr<OwnedIntegration> owned, std::function<bool()> wanted) {
        ComparisonSettings settings;
        settings.reconcile = settings_().reconcile;
        settings.page = settings_().pull.page;
        return compare_objects(background_, settings, std::move(owned), std::move(wanted));
    };
}

Rota::Work SideWork::guardian_work() {
    return [this](std::shared_ptr<OwnedIntegration> owned, std::function<bool()> wanted) {
        return guardian_.check(std::move(owned), std::move(wanted));
    };
}

}  // namespace navette::engine
