// A tenant's own mapping rules, laid over those of a connector's manifest. Pure.
#pragma once

#include "daemon/config/manifest.hpp"

#include <boost/json/array.hpp>

#include <expected>
#include <span>
#include <string>
#include <vector>

namespace navette::config {

/// One rule as navette.field_mappings holds it. Its paths name the items of a list by "[]":
/// "lines[].colour" to "line_items[].custom.colour".
struct TenantRule {
    std::string id;      // "map_..."; empty for one that is not stored
    std::string object;  // of the manifest
    /// false: the connector's own rules for the remote path do not hold, in the rule's direction.
    bool mapped = true;
    /// Its places name the rule and the transform in words, without a line: "rule map_1 (contact: phone),
    /// transforms[0]".
    MappingRule rule;
};

/// Reads rules as navette.own_mappings() and the API write them: {id, object, local_path, remote_path,
/// direction, transforms, mapped}, all but object and remote_path optional; nobody checked them. What is no
/// transform becomes one of a name that nobody knows. Without `direction`: to_platform, and both where the
/// rule is not `mapped`.
[[nodiscard]] std::vector<TenantRule> read_tenant_rules(const boost::json::array& rules);

/// The rules of one object as they hold for the tenant. An own rule takes the place of what the defaults do
/// with the same remote path in the same direction, and is required where what it replaces was; else it is
/// added. Own rules do not replace each other. A rule for list items joins the list of the same two paths.
/// Fails with a sentence on each rule that has no place; whether the result can be used, the mapping's
/// compiler tells.
[[nodiscard]] std::expected<std::vector<MappingRule>, Problems> lay_over(
    std::span<const MappingRule> defaults, std::span<const TenantRule> own, const std::string& object
);

}  // namespace navette::config
