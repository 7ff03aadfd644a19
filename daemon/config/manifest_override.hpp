// Lays an administrator's override over a shipped manifest. Internal to daemon/config.
#pragma once

#include "daemon/config/yaml_tree.hpp"

namespace navette::config {

/// Maps merge key by key, scalars and lists replace; every node keeps its own file:line. Objects and config
/// fields are what the connector's code knows, so an override of one that the manifest lacks is a problem and
/// is left out.
void lay_over(YamlNode& manifest, YamlNode override_tree, Problems& problems);

}  // namespace navette::config
