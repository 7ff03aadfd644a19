#include "daemon/secrets/encoding.hpp"

#include <sodium.h>

namespace navette::secrets {

namespace {

std::string encoded_as(int variant, std::string_view bytes) {
    std::string encoded(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    const auto* raw = reinterpret_cast<const unsigned char*>(bytes.data());
    sodium_bin2base64(encoded.data(), encoded.size(), raw, bytes.size(), variant);
    encoded.pop_back();  // the terminating NUL
    return encoded;
}

}  // namespace

std::string base64(std::string_view bytes) {
    return encoded_as(sodium_base64_VARIANT_ORIGINAL, bytes);
}

std::string base64url(std::string_view bytes) {
    return encoded_as(sodium_base64_VARIANT_URLSAFE_NO_PADDING, bytes);
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string bytes(text.size(), '\0');
    std::size_t length = 0;
    const int failed = sodium_base642bin(
        reinterpret_cast<unsigned char*>(bytes.data()),
        bytes.size(),
        text.data(),
        text.size(),
        nullptr,
        &length,
        nullptr,
        sodium_base64_VARIANT_URLSAFE_NO_PADDING
    );
    if (failed != 0) {
        return std::nullopt;
    }
    bytes.resize(length);
    return bytes;
}

}  // namespace navette::secrets
