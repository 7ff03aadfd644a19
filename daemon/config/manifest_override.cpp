#include "daemon/config/manifest_override.hpp"

#include "daemon/config/nearest.hpp"

#include <utility>

namespace navette::config {
namespace {

void drop_unknown_names(
    const YamlNode& manifest, YamlNode& override_tree, std::string_view key, Problems& problems
) {
    const YamlNode* const base = manifest.find(key);
    YamlNode* const overlay = override_tree.find(key);
    if (overlay == nullptr) {
        return;
    }
    std::vector<std::string> names;
    if (base != nullptr) {
        for (const YamlEntry& entry : base->entries) {
            names.push_back(entry.key);
        }
    }
    std::erase_if(overlay->entries, [&](const YamlEntry& entry) {
        if (base != nullptr && base->find(entry.key) != nullptr) {
            return false;
        }
        problems.emplace_back(
            entry.value.where,
            key_path(key, entry.key) + ": the manifest has none of this name to override" +
                did_you_mean(entry.key, names)
        );
        return true;
    });
}

void merge(YamlNode& base, YamlNode overlay) {
    const bool both_maps = base.kind == YamlNode::Kind::map && overlay.kind == YamlNode::Kind::map;
    if (!both_maps) {
        // A map whose keys are all commented out overrides nothing.
        if (base.kind != YamlNode::Kind::map || overlay.kind != YamlNode::Kind::null) {
            base = std::move(overlay);
        }
        return;
    }
    for (YamlEntry& entry : overlay.entries) {
        if (YamlNode* const value = base.find(entry.key)) {
            merge(*value, std::move(entry.value));
        } else {
            base.entries.push_back(std::move(entry));
        }
    }
}

}  // namespace

void lay_over(YamlNode& manifest, YamlNode override_tree, Problems& problems) {
    drop_unknown_names(manifest, override_tree, "objects", problems);
    drop_unknown_names(manifest, override_tree, "config", problems);
    merge(manifest, std::move(override_tree));
}

}  // namespace navette::config
