// Secrets at rest: libsodium's XChaCha20-Poly1305, bound to the row they belong to. No I/O.
#pragma once

#include "daemon/core/error.hpp"
#include "daemon/secrets/sealed_text.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace navette::secrets {

/// Seals with one named key, the current one, and opens with several. The keys live in guarded memory
/// (sodium_malloc) and are wiped with the last copy of the vault.
class Vault {
  public:
    /// `keys`: "name:base64 of 32 bytes", as `navettectl secrets generate-key` prints it; further lines of
    /// the same form are keys that only open (secrets.old_keys). Names are unique, for a sealed text names
    /// the key that opens it. Fails without quoting a key.
    [[nodiscard]] static core::Result<Vault> with_key(std::string_view keys);

    /// A fresh random key in the form that with_key reads.
    [[nodiscard]] static std::string generate_key(std::string_view name);

    /// Bytes for a bytea column, in the layout SealedLayout::envelope. `owner` is the identity of the row,
    /// see owner_of(): a text copied to another row does not open.
    [[nodiscard]] std::string seal(std::string_view plain, std::string_view owner) const;

    /// The plain text; wipe() it after use. Fails with a sentence that names the missing key, or says that
    /// the text does not belong here.
    [[nodiscard]] core::Result<std::string> open(std::string_view sealed, std::string_view owner) const;

    /// The same secret under the current key. The encrypted text itself stays as it is, only its data key is
    /// encrypted anew; a text of the older layout is sealed afresh. Fails as open() does, so that nothing
    /// that is damaged gets a new envelope.
    [[nodiscard]] core::Result<std::string> rewrap(std::string_view sealed, std::string_view owner) const;

    /// Whether rewrap() would change nothing but the nonce: sealed with the current key, in the newest
    /// layout.
    [[nodiscard]] bool is_current(std::string_view sealed) const;

    /// The current key's name.
    [[nodiscard]] const std::string& current_key() const;
    /// The names of the keys that only open.
    [[nodiscard]] std::vector<std::string> old_keys() const;

  private:
    struct Key;
    using Keys = std::vector<std::unique_ptr<const Key>>;
    explicit Vault(std::shared_ptr<const Keys> keys);

    [[nodiscard]] static core::Result<std::unique_ptr<const Key>> read_key(
        std::string_view line, std::string_view setting
    );
    [[nodiscard]] const Key& current() const { return *keys_->front(); }
    [[nodiscard]] const Key* find(std::string_view name) const;
    [[nodiscard]] std::string missing(std::string_view name) const;

    std::shared_ptr<const Keys> keys_;  // never empty; the current one first
};

/// The associated data of an integration's secrets.
[[nodiscard]] std::string owner_of(std::string_view tenant_id, std::string_view integration_id);

/// The associated data of an integration's OAuth tokens: the two columns of a row cannot be exchanged.
[[nodiscard]] std::string owner_of_oauth(std::string_view tenant_id, std::string_view integration_id);

}  // namespace navette::secrets
