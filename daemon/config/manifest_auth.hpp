// Reads a manifest's section auth. Internal to daemon/config.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/config/yaml_reader.hpp"

#include <functional>
#include <string>
#include <vector>

namespace navette::config {

/// A check for templates whose names are all among `names`, which outlive it.
[[nodiscard]] std::function<Verdict(const std::string&)> template_of(const std::vector<std::string>& names);

/// One mapping, or a list of alternatives. The manifest's config fields are read already.
void read_auth(Section& root, Manifest& manifest);

}  // namespace navette::config
