// Secrets at rest: libsodium's XChaCha20-Poly1305, bound to the row they belong to. No I/O.
#pragma once

#include "daemon/core/error.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace navette::secrets {

/// Seals and opens with one named key. The key lives in guarded memory (sodium_malloc) and is wiped with the
/// last copy.
class Vault {
  public:
    /// `key`: "name:base64 of 32 bytes", as `navettectl secrets generate-key` prints it. The name goes into
    /// each sealed text, so that a rotation knows which key to open it with. Fails without quoting the key.
    [[nodiscard]] static core::Result<Vault> with_key(std::string_view key);

    /// A fresh random key in the form that with_key reads.
    [[nodiscard]] static std::string generate_key(std::string_view name);

    /// Bytes for a bytea column. `owner` is the identity of the row, see owner_of(): a text copied to another
    /// row does not open.
    [[nodiscard]] std::string seal(std::string_view plain, std::string_view owner) const;

    [[nodiscard]] core::Result<std::string> open(std::string_view sealed, std::string_view owner) const;

  private:
    struct Key;
    explicit Vault(std::shared_ptr<const Key> key);

    std::shared_ptr<const Key> key_;
};

/// The associated data of an integration's secrets.
[[nodiscard]] std::string owner_of(std::string_view tenant_id, std::string_view integration_id);

}  // namespace navette::secrets
