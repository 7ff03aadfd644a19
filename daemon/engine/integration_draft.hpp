// What a person asks of an integration, checked against the connector's manifest and sealed before it is
// stored: the rules that navettectl and the API share.
#pragma once

#include "daemon/core/error.hpp"
#include "daemon/plugins/inventory.hpp"
#include "daemon/secrets/vault.hpp"
#include "daemon/store/integrations.hpp"

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::engine {

/// An integration's secrets by the names of their config fields.
using SecretValues = std::map<std::string, std::string>;

/// An integration's own retries, at most.
inline constexpr int kMostRetries = 100;

/// bidirectional, to_platform or from_platform; none for anything else.
[[nodiscard]] std::optional<store::SyncDirection> direction_named(std::string_view name);

/// Where in a request a mistake lies.
enum class Part { settings, secrets, rules, whole };

struct Mistake {
    Part part = Part::whole;
    std::string field;  // the config field's name, of `rules` the key's path; empty where the part is `whole`
    std::string sentence;
};

/// Why an integration cannot be stored.
struct DraftFailure {
    enum class Kind {
        mistakes,  // settings or secrets are wrong: `mistakes` lists all
        no_key,    // there are secrets, and no key to seal them with: the operator's to mend
        unusable,  // stored, it could not work: one mistake of the whole says why
    };

    Kind kind = Kind::mistakes;
    std::vector<Mistake> mistakes;
};

/// Checks settings, secrets and sync rules against the manifest, gives the settings their fields' types
/// (without the manifest's defaults: those may get better with its next version), seals the secrets into the
/// row and proves that the engine could work with the result. The row's tenant and id must be set: the seal
/// is bound to them. On failure the row is in no defined state.
[[nodiscard]] std::expected<void, DraftFailure> complete_integration(
    store::IntegrationRow& row,
    const SecretValues& secrets,
    const plugins::LoadedConnector& connector,
    const plugins::Inventory& inventory,
    const std::optional<secrets::Vault>& vault
);

/// The row's secrets, opened; none where it has none. Fails as `invalid` where they do not open, or where
/// there is no key to open them with.
[[nodiscard]] core::Result<SecretValues> open_secrets(
    const store::IntegrationRow& row, const std::optional<secrets::Vault>& vault
);

}  // namespace navette::engine
