// The compiled mappings of a manifest, which the integrations of one connector share.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/plugins/inventory.hpp"
#include "daemon/sync/mapping.hpp"

#include <expected>
#include <map>
#include <memory>
#include <string>

namespace navette::engine {

/// By the manifest's name of the object.
using Mappings = std::map<std::string, sync::Mapping>;

using CompiledMappings = std::expected<std::shared_ptr<const Mappings>, config::Problems>;

/// Fails with every mistake of every object's mapping, with the file:line of its rule.
[[nodiscard]] CompiledMappings compile_mappings(const config::Manifest& manifest);

/// The mappings of the connectors' own manifests, compiled once: ten thousand integrations hold one copy.
/// For one thread.
class SharedMappings {
  public:
    /// `connector` owns its manifest, which does not change. Fails as compile_mappings().
    [[nodiscard]] CompiledMappings of(const std::shared_ptr<const plugins::LoadedConnector>& connector);

  private:
    using Connector = std::weak_ptr<const plugins::LoadedConnector>;
    std::map<Connector, std::shared_ptr<const Mappings>, std::owner_less<Connector>> compiled_;
};

}  // namespace navette::engine
