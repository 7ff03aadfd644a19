// Text encodings of bytes, by libsodium.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace navette::secrets {

/// Standard base64 with padding (RFC 4648), as HTTP Basic authentication wants it.
[[nodiscard]] std::string base64(std::string_view bytes);

/// Base64 with the alphabet for URLs and without padding (RFC 4648, section 5).
[[nodiscard]] std::string base64url(std::string_view bytes);

/// Its bytes; none where the text is not of that form.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace navette::secrets
