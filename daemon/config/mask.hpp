// Hides passwords in what is printed. Internal to daemon/config.
#pragma once

#include <string>

namespace navette::config {

/// A libpq URI or key=value list with its passwords as "****". When in doubt, hides more.
[[nodiscard]] std::string mask_connection(const std::string& connection);

/// "main:****": the secret key's name tells which one is in use; empty stays empty.
[[nodiscard]] std::string mask_key(const std::string& key);

}  // namespace navette::config
