// Whether a manifest's mappings can be used: what only the compiler of mappings can tell. Pure.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/plugins/inventory.hpp"

namespace navette::engine {

/// Every mistake of every object's mapping, with the file:line of its rule.
[[nodiscard]] config::Problems mapping_problems(const config::Manifest& manifest);

/// The inventory without the connectors whose mappings have mistakes; those are refused, with the mistakes as
/// the reason.
[[nodiscard]] plugins::Inventory with_sound_mappings(const plugins::Inventory& inventory);

}  // namespace navette::engine
