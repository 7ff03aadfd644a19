#include "daemon/secrets/token.hpp"

#include "daemon/secrets/encoding.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace navette::secrets {

namespace {

constexpr std::string_view kPrefix = "nvt_";
constexpr std::size_t kIdBytes = 8;
constexpr std::size_t kSecretBytes = 32;

void require_sodium() {
    if (sodium_init() < 0) {
        throw std::runtime_error("libsodium could not be initialised");
    }
}

template <std::size_t size>
std::string hex(const std::array<unsigned char, size>& bytes) {
    std::string text(2 * size + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();  // the terminating NUL
    return text;
}

bool is_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

Token generate_token() {
    require_sodium();
    std::array<unsigned char, kIdBytes> id{};
    randombytes_buf(id.data(), id.size());
    std::string secret(kSecretBytes, '\0');
    randombytes_buf(secret.data(), secret.size());
    Token token;
    token.id = hex(id);
    token.text = std::string(kPrefix) + token.id + "_" + base64url(secret);
    sodium_memzero(secret.data(), secret.size());
    return token;
}

std::optional<std::string> token_id_of(std::string_view text) {
    constexpr auto id_length = 2 * kIdBytes;
    // The secret's own letters hold '_' too, so places are counted.
    if (text.size() != kPrefix.size() + id_length + 1 +
                           sodium_base64_ENCODED_LEN(kSecretBytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING) -
                           1 ||
        !text.starts_with(kPrefix) || text[kPrefix.size() + id_length] != '_') {
        return std::nullopt;
    }
    const auto id = text.substr(kPrefix.size(), id_length);
    const auto secret = from_base64url(text.substr(kPrefix.size() + id_length + 1));
    if (!is_hex(id) || !secret || secret->size() != kSecretBytes) {
        return std::nullopt;
    }
    return std::string(id);
}

std::string token_hash(std::string_view text) {
    return digest(text);
}

bool equal_hashes(std::string_view left, std::string_view right) {
    return left.size() == right.size() && sodium_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string digest(std::string_view bytes) {
    require_sodium();
    std::array<unsigned char, crypto_generichash_BYTES> hash{};
    crypto_generichash(
        hash.data(),
        hash.size(),
        reinterpret_cast<const unsigned char*>(bytes.data()),
        bytes.size(),
        nullptr,
        0
    );
    return hex(hash);
}

}  // namespace navette::secrets
