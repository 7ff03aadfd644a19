// What OAuth asks of cryptography: unguessable texts, their digests, the challenge of PKCE (RFC 7636), and
// assertions signed with a private key (RFC 7523).
#pragma once

#include "daemon/core/error.hpp"

#include <string>
#include <string_view>

namespace navette::secrets {

/// 256 random bits as 43 characters that need no encoding in a URL.
[[nodiscard]] std::string random_secret();

/// SHA-256: 32 raw bytes.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// The S256 challenge of a PKCE verifier.
[[nodiscard]] std::string challenge_of(std::string_view verifier);

/// HMAC-SHA256 as lower-case hexadecimal digits.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view text);

/// Takes the same time wherever the texts differ. Only their lengths show.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right);

/// A JSON Web Token over `claims` (a JSON object), signed by RS256. `private_key`: RSA, PEM (PKCS#8 or
/// PKCS#1), unencrypted. Fails without quoting the key.
[[nodiscard]] core::Result<std::string> sign_rs256(std::string_view claims, std::string_view private_key);

}  // namespace navette::secrets
