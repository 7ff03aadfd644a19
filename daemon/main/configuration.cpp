#include "daemon/main/configuration.hpp"

#include "daemon/core/log.hpp"
#include "daemon/engine/mapping_check.hpp"
#include "daemon/outbound/address_policy.hpp"

namespace navette::main {

std::expected<engine::Configuration, config::Problems> read_configuration(
    const std::filesystem::path& file, const engine::Configuration* before
) {
    auto settings = config::load_settings(file, config::References::of_process());
    if (!settings) {
        return std::unexpected(std::move(settings.error()));
    }
    config::Problems problems;
    engine::Configuration configuration;
    configuration.settings = std::move(*settings);
    const auto& read = configuration.settings;

    if (!read.secrets.key.empty()) {
        auto vault = secrets::Vault::with_key(read.secrets.key);
        if (vault) {
            configuration.vault = std::move(*vault);
        } else {
            problems.emplace_back(config::Location(file.string(), 0), vault.error().message);
        }
    }
    const auto policy = outbound::AddressPolicy::allowing(read.outbound.allow_private_networks);
    if (!policy) {
        problems.emplace_back(
            config::Location(file.string(), 0), "outbound.allow_private_networks: " + policy.error().message
        );
    }
    if (before == nullptr) {
        configuration.inventory = std::make_shared<plugins::Inventory>(engine::with_sound_mappings(
            plugins::load_connectors(read.connectors.directory, read.connectors.overrides)
        ));
    } else {
        auto inventory = plugins::reread_manifests(
            *before->inventory, before->settings.connectors.directory, read.connectors.overrides
        );
        if (inventory) {
            for (const auto& connector : inventory->loaded()) {
                const auto mistakes = engine::mapping_problems(connector->manifest);
                problems.insert(problems.end(), mistakes.begin(), mistakes.end());
            }
            configuration.inventory = std::make_shared<plugins::Inventory>(std::move(*inventory));
        } else {
            problems.insert(problems.end(), inventory.error().begin(), inventory.error().end());
        }
    }
    if (!problems.empty()) {
        return std::unexpected(std::move(problems));
    }
    return configuration;
}

void log_refusals(const plugins::Inventory& inventory) {
    for (const auto& refusal : inventory.refused()) {
        core::log(
            core::LogLevel::error, "a connector is not used: " + refusal.file.string() + " " + refusal.reason
        );
    }
}

}  // namespace navette::main
