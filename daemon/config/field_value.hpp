// A value of an integration's setting against its field in the manifest. Internal to daemon/config.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/config/yaml_value.hpp"

#include <boost/json/value.hpp>

namespace navette::config {

/// Brings the value to the field's type: a command line gives everything as text. The complaint quotes no
/// value. Secrets are not for this function.
[[nodiscard]] Verdict convert_field(ConfigField::Type type, boost::json::value& value);

}  // namespace navette::config
