// API tokens: their text, and what is kept of it. No I/O.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace navette::secrets {

/// A token as it is handed out: nvt_<id>_<secret>. The id names its row, the secret is 32 random bytes.
struct Token {
    std::string id;
    std::string text;  // a secret
};

/// A fresh one.
[[nodiscard]] Token generate_token();

/// The id in a token's text; none where the text has not the form of a token.
[[nodiscard]] std::optional<std::string> token_id_of(std::string_view text);

/// What is stored of a token: BLAKE2b-256 of its text, in 64 hexadecimal digits.
[[nodiscard]] std::string token_hash(std::string_view text);

/// Whether both hashes are equal; takes the same time wherever they differ.
[[nodiscard]] bool equal_hashes(std::string_view left, std::string_view right);

/// A short text that is equal for equal bytes: BLAKE2b-256 in hexadecimal digits.
[[nodiscard]] std::string digest(std::string_view bytes);

}  // namespace navette::secrets
