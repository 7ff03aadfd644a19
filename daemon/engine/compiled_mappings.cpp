#include "daemon/engine/compiled_mappings.hpp"

#include <utility>

namespace navette::engine {

CompiledMappings compile_mappings(const config::Manifest& manifest) {
    config::Problems problems;
    auto mappings = std::make_shared<Mappings>();
    for (const auto& object : manifest.objects) {
        auto mapping = sync::Mapping::compile(object.mapping);
        if (mapping) {
            mappings->emplace(object.name, std::move(*mapping));
        } else {
            problems.insert(problems.end(), mapping.error().begin(), mapping.error().end());
        }
    }
    if (!problems.empty()) {
        return std::unexpected(std::move(problems));
    }
    return std::shared_ptr<const Mappings>(std::move(mappings));
}

CompiledMappings SharedMappings::of(const std::shared_ptr<const plugins::LoadedConnector>& connector) {
    if (const auto known = compiled_.find(connector); known != compiled_.end()) {
        return known->second;
    }
    // A reload of the configuration brings connectors anew.
    std::erase_if(compiled_, [](const auto& one) { return one.first.expired(); });
    auto mappings = compile_mappings(connector->manifest);
    if (mappings) {
        compiled_.emplace(connector, *mappings);
    }
    return mappings;
}

}  // namespace navette::engine
