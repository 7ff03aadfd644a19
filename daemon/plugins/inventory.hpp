// The connectors of this process: found in a folder, checked, loaded, and kept until the process ends.
#pragma once

#include "daemon/config/manifest.hpp"

#include <navette/sdk/connector.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace navette::plugins {

struct LoadedConnector {
    std::filesystem::path library;
    config::Manifest manifest;
    std::shared_ptr<sdk::Connector> connector;
};

/// A library or manifest that was not taken, and the reason in a sentence.
struct Refusal {
    std::filesystem::path file;
    std::string reason;
};

class Inventory {
  public:
    Inventory() = default;
    Inventory(std::vector<std::shared_ptr<const LoadedConnector>> loaded, std::vector<Refusal> refused);

    [[nodiscard]] const std::vector<std::shared_ptr<const LoadedConnector>>& loaded() const {
        return loaded_;
    }
    [[nodiscard]] const std::vector<Refusal>& refused() const { return refused_; }
    /// Null where no connector of that slug was loaded.
    [[nodiscard]] std::shared_ptr<const LoadedConnector> find(std::string_view slug) const;
    [[nodiscard]] std::vector<std::string> slugs() const;

  private:
    std::vector<std::shared_ptr<const LoadedConnector>> loaded_;
    std::vector<Refusal> refused_;
};

/// Loads each `<slug>.so` of `directory` with the `<slug>.yaml` beside it, overridden by
/// `<overrides>/<slug>.yaml`. A library that is missing, no library at all, built for another SDK, compiler
/// or Boost, or that throws is refused, and the others go on. Libraries are never unloaded: objects they made
/// may live anywhere.
[[nodiscard]] Inventory load_connectors(
    const std::filesystem::path& directory, const std::filesystem::path& overrides
);

/// Reads the manifests again for the connectors already loaded, for a reload of the configuration. Fails with
/// every mistake and changes nothing.
[[nodiscard]] std::expected<Inventory, config::Problems> reread_manifests(
    const Inventory& inventory, const std::filesystem::path& directory, const std::filesystem::path& overrides
);

}  // namespace navette::plugins
