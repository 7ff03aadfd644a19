// Reads a manifest's limits and the headers that tell of them. Internal to daemon/config.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/config/yaml_reader.hpp"

namespace navette::config {

/// Reads `limits` and `limit_headers` of a manifest's root. Whether a zone exists is not known here.
void read_limits(Section& root, Manifest& manifest);

}  // namespace navette::config
