// Turns YAML text into the tree, by yaml-cpp's events. Internal to daemon/config.
#pragma once

#include "daemon/config/yaml_tree.hpp"

#include <expected>
#include <string>

namespace navette::config {

/// Fails with one problem: a syntax error, a second document, or a tree too deep or too large once aliases
/// are expanded.
[[nodiscard]] std::expected<YamlNode, Problem> build_yaml_tree(
    const std::string& text, const std::string& file
);

}  // namespace navette::config
