// Reads a manifest's objects with their mapping, and its events. Internal to daemon/config.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/config/yaml_reader.hpp"

namespace navette::config {

/// Reads `objects` and `events` of a manifest's root and checks that they name each other correctly.
void read_objects_and_events(Section& root, Manifest& manifest);

}  // namespace navette::config
