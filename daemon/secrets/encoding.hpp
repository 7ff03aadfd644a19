// Text encodings of bytes, by libsodium.
#pragma once

#include <string>
#include <string_view>

namespace navette::secrets {

/// Standard base64 with padding (RFC 4648), as HTTP Basic authentication wants it.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace navette::secrets
