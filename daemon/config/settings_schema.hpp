// navette.yaml's JSON Schema, so that an editor completes and checks the file while it is written.
#pragma once

#include <string>

namespace navette::config {

/// A schema of draft 2020-12, as JSON text, of the same keys that load_settings reads: names, types, ranges
/// of numbers, defaults. What it refuses load_settings refuses too, apart from texts that YAML reads as
/// numbers; load_settings knows more, such as how keys go together. config/schema/navette.json holds it.
[[nodiscard]] std::string settings_schema();

}  // namespace navette::config
