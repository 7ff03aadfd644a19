// The names inside a template such as "Bearer ${token}". Internal to daemon/config.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::config {

/// Replaces each ${name} by `value(name)`; a "${" that is never closed stays as it is.
[[nodiscard]] std::string fill_template(
    std::string_view text, const std::function<std::string(const std::string& name)>& value
);

/// The names in their order; nothing when a "${" is never closed.
[[nodiscard]] std::optional<std::vector<std::string>> template_names(std::string_view text);

}  // namespace navette::config
