#include "daemon/engine/mapping_check.hpp"

#include "daemon/engine/compiled_mappings.hpp"
#include "daemon/sync/zone.hpp"

#include <utility>

namespace navette::engine {

config::Problems mapping_problems(const config::Manifest& manifest) {
    config::Problems problems;
    if (auto mappings = compile_mappings(manifest); !mappings) {
        problems = std::move(mappings.error());
    }
    for (const auto& limit : manifest.limits) {
        if (const auto zone = sync::Zone::find(limit.zone); !zone) {
            problems.emplace_back(limit.where, "limits: " + zone.error().message);
        }
    }
    return problems;
}

plugins::Inventory with_sound_mappings(const plugins::Inventory& inventory) {
    std::vector<std::shared_ptr<const plugins::LoadedConnector>> sound;
    auto refused = inventory.refused();
    for (const auto& connector : inventory.loaded()) {
        const auto problems = mapping_problems(connector->manifest);
        if (problems.empty()) {
            sound.push_back(connector);
            continue;
        }
        std::string reason;
        for (const auto& problem : problems) {
            reason += (reason.empty() ? "" : "; ") + problem.text();
        }
        refused.push_back({connector->manifest.file, std::move(reason)});
    }
    return {std::move(sound), std::move(refused)};
}

}  // namespace navette::engine
