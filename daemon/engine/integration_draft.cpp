#include "daemon/engine/integration_draft.hpp"

#include "daemon/config/sync_rules.hpp"
#include "daemon/engine/integration.hpp"
#include "daemon/engine/tailored_manifest.hpp"

#include <algorithm>

namespace navette::engine {

namespace {

/// Whether a sentence of the manifest's check is about this name: it begins with it, in quotation marks where
/// the manifest does not know it.
bool is_about(std::string_view sentence, std::string_view name) {
    const bool quoted = sentence.starts_with('\'');
    if (quoted) {
        sentence.remove_prefix(1);
    }
    return !name.empty() && sentence.starts_with(name) &&
           sentence.substr(name.size()).starts_with(quoted ? "' " : " ");
}

Mistake located(
    std::string sentence,
    const config::Manifest& manifest,
    const boost::json::object& settings,
    const std::vector<std::string>& secret_names
) {
    const auto of_manifest = [&]() -> std::optional<Mistake> {
        for (const auto& field : manifest.config) {
            if (is_about(sentence, field.name)) {
                const bool secret = field.type == config::ConfigField::Type::secret;
                return Mistake{secret ? Part::secrets : Part::settings, field.name, sentence};
            }
        }
        return std::nullopt;
    };
    // What is missing is missing where it belongs, whatever of that name was given elsewhere. "x is not a
    // secret" and "'x' is not a secret of Shop" are about what was given as one; all else about a setting.
    if (sentence.find(" is required") != std::string::npos) {
        if (auto missing = of_manifest()) {
            return std::move(*missing);
        }
    }
    if (sentence.find(" is not a secret") != std::string::npos) {
        for (const auto& name : secret_names) {
            if (is_about(sentence, name)) {
                return {Part::secrets, name, std::move(sentence)};
            }
        }
    }
    for (const auto& member : settings) {
        if (is_about(sentence, member.key())) {
            return {Part::settings, std::string(member.key()), std::move(sentence)};
        }
    }
    if (auto known = of_manifest()) {
        return std::move(*known);
    }
    return {Part::whole, {}, std::move(sentence)};
}

std::unexpected<DraftFailure> fail(DraftFailure::Kind kind, std::string sentence) {
    DraftFailure failure;
    failure.kind = kind;
    failure.mistakes.push_back({Part::whole, {}, std::move(sentence)});
    return std::unexpected(std::move(failure));
}

}  // namespace

std::optional<store::SyncDirection> direction_named(std::string_view name) {
    if (name == "bidirectional") {
        return store::SyncDirection::bidirectional;
    }
    if (name == "to_platform") {
        return store::SyncDirection::to_platform;
    }
    return name == "from_platform" ? std::optional(store::SyncDirection::from_platform) : std::nullopt;
}

std::expected<void, DraftFailure> complete_integration(
    store::IntegrationRow& row,
    const SecretValues& secrets,
    const plugins::LoadedConnector& connector,
    const plugins::Inventory& inventory,
    const std::optional<secrets::Vault>& vault
) {
    std::vector<std::string> names;
    for (const auto& [name, value] : secrets) {
        names.push_back(name);
    }
    DraftFailure failure;
    const auto checked = config::check_integration_config(connector.manifest, row.settings, names);
    if (!checked) {
        for (const auto& sentence : checked.error()) {
            failure.mistakes.push_back(located(sentence, connector.manifest, row.settings, names));
        }
    }
    // Rules may name fields of the tenant's own mapping; where that does not compile, assemble() tells why.
    const std::shared_ptr<const plugins::LoadedConnector> borrowed(std::shared_ptr<void>(), &connector);
    const auto tailored = tailor(borrowed, row.mappings);
    const auto& manifest = tailored ? **tailored : connector.manifest;
    if (const auto rules = config::read_sync_rules(row.sync_rules, manifest); !rules) {
        for (const auto& sentence : rules.error()) {
            failure.mistakes.push_back({Part::rules, sentence.substr(0, sentence.find(": ")), sentence});
        }
    }
    if (!failure.mistakes.empty()) {
        return std::unexpected(std::move(failure));
    }
    for (auto& [name, value] : row.settings) {
        value = checked->at(name);
    }
    row.sealed_secrets.clear();
    if (!secrets.empty()) {
        if (!vault) {
            return fail(
                DraftFailure::Kind::no_key, "the secrets cannot be encrypted: secrets.key is not set"
            );
        }
        row.sealed_secrets =
            vault->seal(encode_secrets(secrets), secrets::owner_of(row.key.tenant_id, row.key.id));
    }
    if (const auto assembled = Integration::assemble(row, inventory, vault); !assembled) {
        return fail(DraftFailure::Kind::unusable, assembled.error().message);
    }
    return {};
}

core::Result<SecretValues> open_secrets(
    const store::IntegrationRow& row, const std::optional<secrets::Vault>& vault
) {
    if (row.sealed_secrets.empty()) {
        return SecretValues();
    }
    if (!vault) {
        return core::failure(
            core::ErrorKind::invalid, "the stored secrets cannot be opened: secrets.key is not set"
        );
    }
    const auto opened = vault->open(row.sealed_secrets, secrets::owner_of(row.key.tenant_id, row.key.id));
    if (!opened) {
        return std::unexpected(opened.error());
    }
    return decode_secrets(*opened);
}

}  // namespace navette::engine
