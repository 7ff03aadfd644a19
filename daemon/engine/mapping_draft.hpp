// A mapping rule that a person asks for, checked beside the connector's rules and the tenant's others before
// it is stored: what navettectl and the API share. Pure.
#pragma once

#include "daemon/config/tenant_mapping.hpp"

#include <boost/json/object.hpp>

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace navette::engine {

/// The object's rules with the tenant's laid over them, known to compile. Fails with all mistakes.
[[nodiscard]] std::expected<std::vector<config::MappingRule>, config::Problems> rules_in_force(
    const config::ObjectSpec& object, std::span<const config::TenantRule> own
);

struct RuleMistake {
    std::string field;  // of the API's rule: "remote_path", "transforms[1]", "object", ...
    std::string sentence;
};

/// What is wrong with the shape of a rule written as JSON, {object, local_path, remote_path, direction,
/// transforms, mapped}; nothing where config::read_tenant_rules can read it.
[[nodiscard]] std::optional<RuleMistake> shape_mistake(const boost::json::object& rule);

/// Whether both say what happens to the same remote field in the same direction.
[[nodiscard]] bool are_rivals(const config::TenantRule& one, const config::TenantRule& other);

/// The integration's own rules as they would be with these beside them, or in place of their rivals.
[[nodiscard]] std::vector<config::TenantRule> with_drafts(
    std::span<const config::TenantRule> own, std::span<const config::TenantRule> drafts
);

/// Why the rule cannot hold; nothing where it can. `others`: the integration's rules of its own beside this
/// one. A mistake that was there without it is not the rule's.
[[nodiscard]] std::optional<RuleMistake> mistake_of(
    const config::TenantRule& rule,
    std::span<const config::TenantRule> others,
    const config::Manifest& manifest
);

/// Why the rule cannot be taken away: the others would not compile without it. Nothing where it can.
[[nodiscard]] std::optional<std::string> mistake_without(
    const config::TenantRule& rule,
    std::span<const config::TenantRule> others,
    const config::Manifest& manifest
);

/// "shop has no object 'planet'; it has item, order".
[[nodiscard]] std::string no_such_object(const config::Manifest& manifest, const std::string& object);

}  // namespace navette::engine
