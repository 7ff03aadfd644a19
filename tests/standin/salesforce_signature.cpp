// The signature of an assertion (RFC 7515, RS256), by OpenSSL.
#include "tests/standin/salesforce_tokens.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <cstdint>
#include <memory>

namespace navette::standin {

namespace {

struct Free {
    void operator()(BIO* bio) const { BIO_free(bio); }
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const unsigned char* raw(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string from_base64url(std::string_view text) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string bytes;
    std::uint32_t bits = 0;
    int held = 0;
    for (const char c : text) {
        const auto value = kLetters.find(c);
        if (value == std::string_view::npos) {
            break;
        }
        bits = (bits << 6U) | static_cast<std::uint32_t>(value);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>((bits >> static_cast<unsigned>(held)) & 0xFFU);
        }
    }
    return bytes;
}

bool is_signed_by_rs256(std::string_view assertion, const std::string& public_key) {
    const auto last = assertion.rfind('.');
    const auto first = assertion.find('.');
    if (first == std::string_view::npos || first == last ||
        from_base64url(assertion.substr(0, first)).find("\"RS256\"") == std::string::npos) {
        return false;
    }
    const std::unique_ptr<BIO, Free> text(
        BIO_new_mem_buf(public_key.data(), static_cast<int>(public_key.size()))
    );
    const std::unique_ptr<EVP_PKEY, Free> key(
        text ? PEM_read_bio_PUBKEY(text.get(), nullptr, nullptr, nullptr) : nullptr
    );
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    const auto signature = from_base64url(assertion.substr(last + 1));
    const auto content = assertion.substr(0, last);
    return key && context &&
           EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
           EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(content), content.size()) ==
               1;
}

}  // namespace navette::standin
