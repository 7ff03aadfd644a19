// Replaces ${env:X}, ${file:/p} and ${credential:N} in a file's values. Internal to daemon/config.
#pragma once

#include "daemon/config/settings.hpp"
#include "daemon/config/yaml_tree.hpp"

namespace navette::config {

/// Works on every scalar of the tree; `$${` stands for a literal `${`. A scalar that got a value from outside
/// becomes confidential. A reference without a value is a problem that names it and its key, and makes the
/// scalar unusable.
void resolve_references(YamlNode& tree, const References& references, Problems& problems);

}  // namespace navette::config
