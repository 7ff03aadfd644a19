#include "daemon/plugins/inventory.hpp"

#include "daemon/plugins/library.hpp"

#include <algorithm>
#include <set>

namespace navette::plugins {

namespace {

namespace fs = std::filesystem;

std::string joined(const config::Problems& problems) {
    std::string text;
    for (const auto& problem : problems) {
        text += text.empty() ? "" : "; ";
        text += problem.text();
    }
    return text;
}

/// The stems of all libraries and manifests of the folder, in order.
std::set<std::string> stems_in(const fs::path& directory) {
    std::set<std::string> stems;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(directory, error)) {
        const auto extension = entry.path().extension();
        if (extension == ".so" || extension == ".yaml") {
            stems.insert(entry.path().stem().string());
        }
    }
    return stems;
}

std::expected<config::Manifest, config::Problems> read_manifest(
    const fs::path& directory, const fs::path& overrides, const std::string& slug
) {
    const auto override_file = overrides / (slug + ".yaml");
    std::error_code error;
    std::optional<fs::path> merged;
    if (!overrides.empty() && fs::exists(override_file, error)) {
        merged = override_file;
    }
    return config::load_manifest(directory / (slug + ".yaml"), merged);
}

}  // namespace

Inventory::Inventory(std::vector<std::shared_ptr<const LoadedConnector>> loaded, std::vector<Refusal> refused)
    : loaded_(std::move(loaded)), refused_(std::move(refused)) {}

std::shared_ptr<const LoadedConnector> Inventory::find(std::string_view slug) const {
    const auto found = std::ranges::find(loaded_, slug, [](const auto& one) { return one->manifest.slug; });
    return found == loaded_.end() ? nullptr : *found;
}

std::vector<std::string> Inventory::slugs() const {
    std::vector<std::string> all;
    all.reserve(loaded_.size());
    for (const auto& one : loaded_) {
        all.push_back(one->manifest.slug);
    }
    return all;
}

Inventory load_connectors(const fs::path& directory, const fs::path& overrides) {
    std::vector<std::shared_ptr<const LoadedConnector>> loaded;
    std::vector<Refusal> refused;
    std::error_code error;
    if (!fs::is_directory(directory, error)) {
        refused.push_back(
            {directory, "is not a folder; set connectors.directory to where the connectors are installed"}
        );
        return {std::move(loaded), std::move(refused)};
    }
    for (const auto& slug : stems_in(directory)) {
        const auto library = directory / (slug + ".so");
        const auto manifest_file = directory / (slug + ".yaml");
        if (!fs::exists(library, error)) {
            refused.push_back({manifest_file, "has no library " + slug + ".so beside it"});
            continue;
        }
        if (!fs::exists(manifest_file, error)) {
            refused.push_back({library, "has no manifest " + slug + ".yaml beside it"});
            continue;
        }
        auto manifest = read_manifest(directory, overrides, slug);
        if (!manifest) {
            refused.push_back({manifest_file, joined(manifest.error())});
            continue;
        }
        auto connector = load_library(library);
        if (!connector) {
            refused.push_back({library, connector.error().message});
            continue;
        }
        if ((*connector)->slug() != manifest->slug) {
            refused.push_back(
                {library,
                 "names itself '" + std::string((*connector)->slug()) + "', its manifest '" + slug + "'"}
            );
            continue;
        }
        auto one = std::make_shared<LoadedConnector>();
        one->library = library;
        one->manifest = std::move(*manifest);
        one->connector = std::move(*connector);
        loaded.push_back(std::move(one));
    }
    return {std::move(loaded), std::move(refused)};
}

std::expected<Inventory, config::Problems> reread_manifests(
    const Inventory& inventory, const fs::path& directory, const fs::path& overrides
) {
    std::vector<std::shared_ptr<const LoadedConnector>> loaded;
    config::Problems problems;
    for (const auto& before : inventory.loaded()) {
        auto manifest = read_manifest(directory, overrides, before->manifest.slug);
        if (!manifest) {
            problems.insert(problems.end(), manifest.error().begin(), manifest.error().end());
            continue;
        }
        auto one = std::make_shared<LoadedConnector>(*before);
        one->manifest = std::move(*manifest);
        loaded.push_back(std::move(one));
    }
    if (!problems.empty()) {
        return std::unexpected(std::move(problems));
    }
    return Inventory(std::move(loaded), inventory.refused());
}

}  // namespace navette::plugins
