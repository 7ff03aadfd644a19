// Our own key of a record, as platforms store it.
#pragma once

#include <string>
#include <string_view>

namespace navette::sync {

/// "<tenant>-<object>-<entity_id>" where that is readable and says whose record it is: at most 48 characters
/// of
/// `[A-Za-z0-9._-]`, no dash in tenant or object. Otherwise its first 31 characters, with a dash for each
/// other byte, a dash and 16 hex digits of a hash. Always the same for a record and never shared by two:
/// platforms find records again by it.
[[nodiscard]] std::string entity_key(
    std::string_view tenant, std::string_view object, std::string_view entity_id
);

}  // namespace navette::sync
