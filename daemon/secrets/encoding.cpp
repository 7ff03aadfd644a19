#include "daemon/secrets/encoding.hpp"

#include <sodium.h>

namespace navette::secrets {

std::string base64(std::string_view bytes) {
    std::string encoded(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    const auto* raw = reinterpret_cast<const unsigned char*>(bytes.data());
    sodium_bin2base64(encoded.data(), encoded.size(), raw, bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    encoded.pop_back();  // the terminating NUL
    return encoded;
}

}  // namespace navette::secrets
