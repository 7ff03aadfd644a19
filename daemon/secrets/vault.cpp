#include "daemon/secrets/vault.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace navette::secrets {

namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
// Layout of a sealed text: version, length of the key's name, the name, nonce, ciphertext with tag.
constexpr char kVersion = 1;
constexpr std::size_t kLongestName = 64;

void require_sodium() {
    if (sodium_init() < 0) {
        throw std::runtime_error("libsodium could not be initialised");
    }
}

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

struct Vault::Key {
    explicit Key(std::string key_name) : name(std::move(key_name)) {
        require_sodium();
        secret = static_cast<unsigned char*>(sodium_malloc(kKeyBytes));
        if (secret == nullptr) {
            throw std::bad_alloc();
        }
    }
    ~Key() { sodium_free(secret); }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;

    std::string name;
    unsigned char* secret = nullptr;
};

Vault::Vault(std::shared_ptr<const Key> key) : key_(std::move(key)) {}

core::Result<Vault> Vault::with_key(std::string_view key) {
    const auto form = [] {
        return core::failure(
            core::ErrorKind::invalid,
            "secrets.key is not of the form name:base64 of 32 bytes; make one with: navettectl secrets "
            "generate-key"
        );
    };
    while (!key.empty() && (key.back() == '\n' || key.back() == '\r' || key.back() == ' ')) {
        key.remove_suffix(1);
    }
    const auto colon = key.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > kLongestName) {
        return form();
    }
    auto loaded = std::make_shared<Key>(std::string(key.substr(0, colon)));
    const auto encoded = key.substr(colon + 1);
    std::size_t length = 0;
    const int failed = sodium_base642bin(
        loaded->secret,
        kKeyBytes,
        encoded.data(),
        encoded.size(),
        nullptr,
        &length,
        nullptr,
        sodium_base64_VARIANT_ORIGINAL
    );
    if (failed != 0 || length != kKeyBytes) {
        return form();
    }
    return Vault(std::move(loaded));
}

std::string Vault::generate_key(std::string_view name) {
    require_sodium();
    std::array<unsigned char, kKeyBytes> secret{};
    randombytes_buf(secret.data(), secret.size());
    std::string encoded(sodium_base64_ENCODED_LEN(kKeyBytes, sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(
        encoded.data(), encoded.size(), secret.data(), secret.size(), sodium_base64_VARIANT_ORIGINAL
    );
    sodium_memzero(secret.data(), secret.size());
    encoded.pop_back();  // the terminating NUL
    return std::string(name) + ":" + encoded;
}

std::string Vault::seal(std::string_view plain, std::string_view owner) const {
    std::string sealed;
    sealed += kVersion;
    sealed += static_cast<char>(key_->name.size());
    sealed += key_->name;
    const auto header = sealed.size();
    sealed.resize(header + kNonceBytes + plain.size() + kTagBytes);
    unsigned char* nonce = bytes(sealed) + header;
    randombytes_buf(nonce, kNonceBytes);
    unsigned long long written = 0;
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        nonce + kNonceBytes,
        &written,
        bytes(plain),
        plain.size(),
        bytes(owner),
        owner.size(),
        nullptr,
        nonce,
        key_->secret
    );
    return sealed;
}

core::Result<std::string> Vault::open(std::string_view sealed, std::string_view owner) const {
    const auto fail = [](const std::string& why) { return core::failure(core::ErrorKind::invalid, why); };
    if (sealed.size() < 2 || sealed[0] != kVersion) {
        return fail("the stored secret is not in a form that this version of navette reads");
    }
    const auto name_length = static_cast<std::size_t>(static_cast<unsigned char>(sealed[1]));
    if (sealed.size() < 2 + name_length + kNonceBytes + kTagBytes) {
        return fail("the stored secret is cut off");
    }
    const auto name = sealed.substr(2, name_length);
    if (name != key_->name) {
        return fail(
            "the stored secret was sealed with key '" + std::string(name) + "', but secrets.key is '" +
            key_->name + "'"
        );
    }
    const auto rest = sealed.substr(2 + name_length);
    const auto cipher = rest.substr(kNonceBytes);
    std::string plain(cipher.size() - kTagBytes, '\0');
    unsigned long long written = 0;
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes(plain),
        &written,
        nullptr,
        bytes(cipher),
        cipher.size(),
        bytes(owner),
        owner.size(),
        bytes(rest),
        key_->secret
    );
    if (failed != 0) {
        return fail(
            "the stored secret does not open with key '" + key_->name +
            "': wrong key, or the text belongs to another row; enter the secret again"
        );
    }
    return plain;
}

std::string owner_of(std::string_view tenant_id, std::string_view integration_id) {
    std::string owner("tenant_integrations\n");
    owner += tenant_id;
    owner += '\n';
    owner += integration_id;
    return owner;
}

}  // namespace navette::secrets
