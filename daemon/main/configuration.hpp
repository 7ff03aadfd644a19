// Everything the daemon reads from files, read and checked as a whole.
#pragma once

#include "daemon/config/problem.hpp"
#include "daemon/engine/configuration.hpp"

#include <expected>
#include <filesystem>

namespace navette::main {

/// The settings, the connectors with their manifests, the key. Connectors that are refused are logged and
/// left out; mistakes in the settings, the key or a manifest of `before` (on a reload, where libraries stay
/// loaded) are returned, all of them.
[[nodiscard]] std::expected<engine::Configuration, config::Problems> read_configuration(
    const std::filesystem::path& file, const engine::Configuration* before
);

/// Logs each connector that was refused, with the reason.
void log_refusals(const plugins::Inventory& inventory);

}  // namespace navette::main
