#include "daemon/secrets/proof_key.hpp"

#include "daemon/secrets/encoding.hpp"

#include <navette/sdk/signature.hpp>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sodium.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace navette::secrets {

namespace {

const unsigned char* raw(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void ready() {
    if (sodium_init() < 0) {
        throw std::runtime_error("libsodium cannot be initialised");
    }
}

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

/// Never asks anybody for a passphrase.
int no_passphrase(char*, int, int, void*) {
    return 0;
}

}  // namespace

std::string random_secret() {
    ready();
    std::array<char, 32> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    auto text = base64url({bytes.data(), bytes.size()});
    sodium_memzero(bytes.data(), bytes.size());
    return text;
}

std::string sha256(std::string_view bytes) {
    return sdk::sha256(bytes);
}

std::string challenge_of(std::string_view verifier) {
    return base64url(sha256(verifier));
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
    return sdk::hex(sdk::hmac_sha256(key, text));
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
    return sdk::equal_in_constant_time(left, right);
}

core::Result<std::string> sign_rs256(std::string_view claims, std::string_view private_key) {
    const std::unique_ptr<BIO, Free> text(
        BIO_new_mem_buf(private_key.data(), static_cast<int>(private_key.size()))
    );
    const std::unique_ptr<EVP_PKEY, Free> key(
        text ? PEM_read_bio_PrivateKey(text.get(), nullptr, no_passphrase, nullptr) : nullptr
    );
    if (!key || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA) {
        return core::failure(
            core::ErrorKind::invalid,
            "the private key cannot be read, expected an unencrypted RSA key in PEM form "
            "(-----BEGIN PRIVATE KEY-----)"
        );
    }
    const auto signed_text = base64url(R"({"alg":"RS256","typ":"JWT"})") + "." + base64url(claims);
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    std::size_t size = 0;
    std::string signature;
    bool signed_well =
        context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
        EVP_DigestSign(context.get(), nullptr, &size, raw(signed_text), signed_text.size()) == 1;
    if (signed_well) {
        signature.resize(size);
        signed_well = EVP_DigestSign(
                          context.get(),
                          reinterpret_cast<unsigned char*>(signature.data()),
                          &size,
                          raw(signed_text),
                          signed_text.size()
                      ) == 1;
    }
    if (!signed_well) {
        return core::failure(core::ErrorKind::invalid, "the private key cannot sign by RS256");
    }
    signature.resize(size);
    return signed_text + "." + base64url(signature);
}

}  // namespace navette::secrets
