#include "daemon/secrets/vault.hpp"

#include "daemon/secrets/wiping.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <stdexcept>
#include <utility>

namespace navette::secrets {

namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kWrappedKeyBytes = kNonceBytes + kKeyBytes + kTagBytes;
constexpr std::size_t kLongestName = 64;
constexpr std::string_view kBlank = " \r\t";

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

/// A key of one text, on the stack for as long as it takes.
class DataKey {
  public:
    DataKey() = default;
    ~DataKey() { sodium_memzero(bytes_.data(), bytes_.size()); }
    DataKey(const DataKey&) = delete;
    DataKey& operator=(const DataKey&) = delete;

    [[nodiscard]] unsigned char* data() { return bytes_.data(); }
    [[nodiscard]] std::string_view view() const {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

  private:
    std::array<unsigned char, kKeyBytes> bytes_{};
};

/// Appends a fresh nonce and the text encrypted with it.
void encrypt(
    std::string_view plain, std::string_view associated, const unsigned char* key, std::string& sealed
) {
    const auto begin = sealed.size();
    sealed.resize(begin + kNonceBytes + plain.size() + kTagBytes);
    unsigned char* const nonce = bytes(sealed) + begin;
    randombytes_buf(nonce, kNonceBytes);
    unsigned long long written = 0;
    crypto_aead_xchacha20poly1305_ietf_encrypt(
        nonce + kNonceBytes,
        &written,
        bytes(plain),
        plain.size(),
        bytes(associated),
        associated.size(),
        nullptr,
        nonce,
        key
    );
}

/// Decrypts nonce and ciphertext into `plain`, which has room for `box` without nonce and tag.
bool decrypt(
    std::string_view box, std::string_view associated, const unsigned char* key, unsigned char* plain
) {
    const auto cipher = box.substr(kNonceBytes);
    unsigned long long written = 0;
    return crypto_aead_xchacha20poly1305_ietf_decrypt(
               plain,
               &written,
               nullptr,
               bytes(cipher),
               cipher.size(),
               bytes(associated),
               associated.size(),
               bytes(box),
               key
           ) == 0;
}

/// The name of the wrapping key is bound as well, not only the row.
std::string associated_with_key(std::string_view header, std::string_view owner) {
    return std::string(header) + std::string(owner);
}

std::unexpected<core::Error> refuse(const std::string& why) {
    return core::failure(core::ErrorKind::invalid, why);
}

/// A name out of a stored text may be anything, and is shown to people and stored as text.
std::string shown(std::string_view name) {
    std::string clean;
    for (const char c : name) {
        clean += c >= ' ' && c <= '~' ? c : '?';
    }
    return "'" + clean + "'";
}

std::string_view trimmed(std::string_view line) {
    const auto begin = line.find_first_not_of(kBlank);
    return begin == std::string_view::npos ? std::string_view()
                                           : line.substr(begin, line.find_last_not_of(kBlank) + 1 - begin);
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

    /// The data key of an enveloped text. `rest` is what follows the header; it is long enough.
    [[nodiscard]] bool unwrap(
        std::string_view header, std::string_view rest, std::string_view owner, DataKey& key
    ) const {
        return decrypt(
            rest.substr(0, kWrappedKeyBytes), associated_with_key(header, owner), secret, key.data()
        );
    }

    /// Header and encrypted data key of an enveloped text.
    [[nodiscard]] std::string wrap(const DataKey& key, std::string_view owner) const {
        const auto header = write_header(SealedLayout::envelope, name);
        auto sealed = header;
        encrypt(key.view(), associated_with_key(header, owner), secret, sealed);
        return sealed;
    }

    std::string name;
    unsigned char* secret = nullptr;
};

Vault::Vault(std::shared_ptr<const Keys> keys) : keys_(std::move(keys)) {}

core::Result<std::unique_ptr<const Vault::Key>> Vault::read_key(
    std::string_view line, std::string_view setting
) {
    const auto form = [&] {
        return refuse(
            std::string(setting) +
            " is not of the form name:base64 of 32 bytes; make one with: navettectl secrets generate-key"
        );
    };
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || colon > kLongestName) {
        return form();
    }
    auto loaded = std::make_unique<Key>(std::string(line.substr(0, colon)));
    const auto encoded = line.substr(colon + 1);
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
    return loaded;
}

core::Result<Vault> Vault::with_key(std::string_view keys) {
    Keys read;
    while (true) {
        const auto end = keys.find('\n');
        const auto line = trimmed(keys.substr(0, end));
        if (!line.empty() || read.empty()) {
            auto key = read_key(line, read.empty() ? "secrets.key" : "a key of secrets.old_keys");
            if (!key) {
                return std::unexpected(key.error());
            }
            const bool is_known = std::ranges::any_of(read, [&](const std::unique_ptr<const Key>& other) {
                return other->name == (*key)->name;
            });
            if (is_known) {
                return refuse(
                    "secrets: two keys are named " + shown((*key)->name) +
                    "; a new key needs a name of its own, and secrets.old_keys does not repeat secrets.key"
                );
            }
            read.push_back(std::move(*key));
        }
        if (end == std::string_view::npos) {
            return Vault(std::make_shared<const Keys>(std::move(read)));
        }
        keys.remove_prefix(end + 1);
    }
}

std::string Vault::generate_key(std::string_view name) {
    require_sodium();
    DataKey secret;
    randombytes_buf(secret.data(), kKeyBytes);
    std::string encoded(sodium_base64_ENCODED_LEN(kKeyBytes, sodium_base64_VARIANT_ORIGINAL), '\0');
    const WipedAtEnd wiped(encoded);
    sodium_bin2base64(
        encoded.data(), encoded.size(), secret.data(), kKeyBytes, sodium_base64_VARIANT_ORIGINAL
    );
    encoded.pop_back();  // the terminating NUL
    return std::string(name) + ":" + encoded;
}

std::string Vault::seal(std::string_view plain, std::string_view owner) const {
    DataKey key;
    randombytes_buf(key.data(), kKeyBytes);
    auto sealed = current().wrap(key, owner);
    encrypt(plain, owner, key.data(), sealed);
    return sealed;
}

core::Result<std::string> Vault::open(std::string_view sealed, std::string_view owner) const {
    const auto header = header_of(sealed);
    if (!header) {
        return refuse("the stored secret is not in a form that this version of navette reads");
    }
    const bool is_envelope = header->layout == SealedLayout::envelope;
    auto rest = sealed.substr(header->size);
    if (rest.size() < (is_envelope ? kWrappedKeyBytes : 0) + kNonceBytes + kTagBytes) {
        return refuse("the stored secret is cut off; enter the secret again");
    }
    const auto* const key = find(header->key_name);
    if (key == nullptr) {
        return refuse(missing(header->key_name));
    }
    DataKey data_key;
    bool opened = true;
    if (is_envelope) {
        opened = key->unwrap(sealed.substr(0, header->size), rest, owner, data_key);
        rest.remove_prefix(kWrappedKeyBytes);
    }
    std::string plain(rest.size() - kNonceBytes - kTagBytes, '\0');
    opened = opened && decrypt(rest, owner, is_envelope ? data_key.data() : key->secret, bytes(plain));
    if (!opened) {
        return refuse(
            "the stored secret does not open with key " + shown(key->name) +
            ": wrong key, or the text belongs to another row; enter the secret again"
        );
    }
    return plain;
}

core::Result<std::string> Vault::rewrap(std::string_view sealed, std::string_view owner) const {
    auto plain = open(sealed, owner);
    if (!plain) {
        return std::unexpected(plain.error());
    }
    const WipedAtEnd wiped(*plain);
    const auto header = *header_of(sealed);
    if (header.layout == SealedLayout::direct) {
        return seal(*plain, owner);
    }
    const auto rest = sealed.substr(header.size);
    DataKey key;
    if (!find(header.key_name)->unwrap(sealed.substr(0, header.size), rest, owner, key)) {
        return core::failure(core::ErrorKind::internal, "a text that opens has a data key that does not");
    }
    auto fresh = current().wrap(key, owner);
    fresh += rest.substr(kWrappedKeyBytes);
    return fresh;
}

bool Vault::is_current(std::string_view sealed) const {
    const auto header = header_of(sealed);
    return header && header->layout == SealedLayout::envelope && header->key_name == current().name;
}

const std::string& Vault::current_key() const {
    return current().name;
}

std::vector<std::string> Vault::old_keys() const {
    std::vector<std::string> names;
    for (std::size_t at = 1; at < keys_->size(); ++at) {
        names.push_back((*keys_)[at]->name);
    }
    return names;
}

const Vault::Key* Vault::find(std::string_view name) const {
    const auto found = std::ranges::find_if(*keys_, [&](const std::unique_ptr<const Key>& key) {
        return key->name == name;
    });
    return found == keys_->end() ? nullptr : found->get();
}

std::string Vault::missing(std::string_view name) const {
    std::string old;
    for (const auto& known : old_keys()) {
        old += (old.empty() ? "" : ", ") + shown(known);
    }
    return "the stored secret was sealed with key " + shown(name) +
           ", which is missing here: secrets.key is " + shown(current().name) +
           (old.empty() ? ", secrets.old_keys is empty" : ", secrets.old_keys has " + old) +
           "; put that key into secrets.old_keys, or enter the secret again";
}

std::string owner_of(std::string_view tenant_id, std::string_view integration_id) {
    std::string owner("tenant_integrations\n");
    owner += tenant_id;
    owner += '\n';
    owner += integration_id;
    return owner;
}

std::string owner_of_oauth(std::string_view tenant_id, std::string_view integration_id) {
    std::string owner("tenant_integrations.oauth\n");
    owner += tenant_id;
    owner += '\n';
    owner += integration_id;
    return owner;
}

}  // namespace navette::secrets
