// What signatures of webhooks are made of, by libsodium. Linked into each connector.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace navette::sdk {

/// HMAC-SHA256 (RFC 2104, FIPS 180-4): 32 raw bytes. The key may have any length.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// SHA-256: 32 raw bytes.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// Lower-case hexadecimal digits.
[[nodiscard]] std::string hex(std::string_view bytes);

/// Standard base64 with padding (RFC 4648).
[[nodiscard]] std::string base64(std::string_view bytes);

/// The bytes of a standard base64 text with or without padding; none where it is none.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// Whether both are equal; takes the same time wherever they differ. Only their lengths show.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right);

/// A short text that is equal for equal bytes: the first 32 hexadecimal digits of their SHA-256. For
/// deduplication keys.
[[nodiscard]] std::string fingerprint(std::string_view bytes);

}  // namespace navette::sdk
