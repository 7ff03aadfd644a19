// Which keys the stored secrets hang on, and giving them all the current one. Runs beside working daemons.
#pragma once

#include "daemon/secrets/sealed_columns.hpp"
#include "daemon/secrets/vault.hpp"
#include "daemon/store/admin_session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace navette::engine {

/// A row whose secret no configured key opens.
struct UnopenedSecret {
    std::string column;  // "tenant_integrations.config_encrypted"
    std::string tenant_id;
    std::string id;
    std::string reason;
};

/// Rows of one column that are sealed in one way.
struct KeyUse {
    std::string column;
    std::string key;  // its name; empty where the bytes are no sealed text
    std::optional<secrets::SealedLayout> layout;
    long rows = 0;
    long unopened = 0;  // of these
};

struct KeyCensus {
    std::vector<KeyUse> uses;  // columns in the order of kSealedColumns, keys by name
    long unopened = 0;
    std::vector<UnopenedSecret> examples;  // of those, the first ones
};

/// Counts every sealed text by its key and tries to open it. Without a vault none opens.
[[nodiscard]] core::Result<KeyCensus> count_key_uses(
    store::AdminSession& session, const std::optional<secrets::Vault>& vault
);

struct KeyRotation {
    long rewrapped = 0;
    long current = 0;      // had the current key before
    long taken_again = 0;  // changed by somebody else between reading and writing
    long contended = 0;    // left as they are: changed at every try
    long unopened = 0;     // left as they are
};

/// Seals every secret with the vault's current key, row by row. A row that changes meanwhile is read and
/// taken again; one that does not open is left as it is. Interrupted, it goes on where it stopped when it is
/// called again: what has the current key is left alone. Fails with what the database says; what was done
/// until then stays.
[[nodiscard]] core::Result<KeyRotation> rotate_keys(
    store::AdminSession& session, const secrets::Vault& vault
);

}  // namespace navette::engine
