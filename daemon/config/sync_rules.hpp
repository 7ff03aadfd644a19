// How an integration settles what both sides changed, what deletes mean to it, and where its changes go on
// to.
#pragma once

#include "daemon/config/manifest.hpp"

#include <boost/json/object.hpp>

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::config {

/// Who wins a field that was changed on both sides.
enum class ConflictRule { newest_wins, local_wins, platform_wins, manual };

/// What a delete on one side means for the other.
enum class DeleteRule { ignore, archive, remove };

/// Which of the tenant's other integrations a platform's change goes on to: none, those that hold the record
/// already, or all that know such records.
enum class Spread { none, linked, all };

/// As tenant_integrations.sync_rules holds them:
/// {"conflicts": "newest_wins", "fields": {"contact.email": "local_wins"}, "deletes": {"contact": "archive"},
/// "spread": "linked"}. Fields are an object's name and a local path.
struct SyncRules {
    ConflictRule conflicts = ConflictRule::newest_wins;
    std::map<std::string, ConflictRule, std::less<>> fields;
    std::map<std::string, DeleteRule, std::less<>> deletes;
    Spread spread = Spread::linked;

    [[nodiscard]] ConflictRule rule_of(std::string_view object, std::string_view local_path) const;
    /// `ignore` where nothing is said.
    [[nodiscard]] DeleteRule deletes_of(std::string_view object) const;
    /// Whether a push of the object must look at the remote record first.
    [[nodiscard]] bool looks_first(std::string_view object) const;
};

/// Reads the rules and checks them against the manifest: objects and fields exist and are read back,
/// `archive` only where the object says how. Each mistake is a sentence that names the key.
[[nodiscard]] std::expected<SyncRules, std::vector<std::string>> read_sync_rules(
    const boost::json::object& rules, const Manifest& manifest
);

/// "newest_wins", "local_wins", "platform_wins", "manual".
[[nodiscard]] std::string_view to_string(ConflictRule rule);
/// Nothing for any other text.
[[nodiscard]] std::optional<ConflictRule> conflict_rule(std::string_view text);

}  // namespace navette::config
