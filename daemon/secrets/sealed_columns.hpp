// Every column that holds sealed texts, in one place: what `navettectl secrets` counts and rotates.
#pragma once

#include "daemon/secrets/vault.hpp"

#include <array>
#include <string>
#include <string_view>

namespace navette::secrets {

/// A bytea column of a table in the schema navette that has the columns `tenant_id` and `id` as its key.
struct SealedColumn {
    std::string_view table;
    std::string_view column;
    /// What its texts are bound to.
    std::string (*owner)(std::string_view tenant_id, std::string_view id);
};

/// A new sealed column belongs here: a test compares the list with the schema (columns named *_encrypted or
/// *_sealed). Texts that live for minutes only are left out; they are gone before their key is.
inline constexpr std::array<SealedColumn, 2> kSealedColumns{
    {{"tenant_integrations", "config_encrypted", owner_of},
     {"tenant_integrations", "oauth_encrypted", owner_of_oauth}}
};

}  // namespace navette::secrets
