// Whether a JSON text can be logged without being taken apart. Pure.
#pragma once

#include <string_view>

namespace navette::outbound {

/// True only for whole, valid JSON of at most 32 levels in which no member's name holds a secret and each
/// number is an ordinary one (PostgreSQL refuses 1e999999). What its texts hold is not looked at.
[[nodiscard]] bool is_plain_json(std::string_view text);

}  // namespace navette::outbound
