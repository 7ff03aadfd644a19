// A sealed text as navette wrote it before each text had a data key of its own: written apart from the vault.
#pragma once

#include <sodium.h>

#include <string>
#include <string_view>

namespace navette::test {

/// `key`: "name:base64 of 32 bytes".
inline std::string seal_as_version_one(
    const std::string& key, std::string_view plain, std::string_view owner
) {
    const auto colon = key.find(':');
    std::string secret(crypto_aead_xchacha20poly1305_ietf_KEYBYTES, '\0');
    const auto bytes = [](auto& text) {
        return reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
    };
    sodium_base642bin(
        bytes(secret),
        secret.size(),
        key.data() + colon + 1,
        key.size() - colon - 1,
        nullptr,
        nullptr,
        nullptr,
        sodium_base64_VARIANT_ORIGINAL
    );
    std::string sealed("\x01");
    sealed += static_cast<char>(colon);
    sealed += key.substr(0, colon);
    const auto header = sealed.size();
    constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    sealed.resize(header + kNonce + plain.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
    randombytes_buf(bytes(sealed) + header, kNonce);
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        bytes(sealed) + header + kNonce,
        nullptr,
        bytes(plain),
        plain.size(),
        bytes(owner),
        owner.size(),
        nullptr,
        bytes(sealed) + header,
        bytes(secret)
    );
    return sealed;
}

}  // namespace navette::test
