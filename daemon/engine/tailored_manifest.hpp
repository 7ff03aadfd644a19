// A connector's manifest with a tenant's own mapping rules laid over it. Pure.
#pragma once

#include "daemon/config/tenant_mapping.hpp"
#include "daemon/core/error.hpp"
#include "daemon/plugins/inventory.hpp"

#include <memory>
#include <span>

namespace navette::engine {

/// The manifest whose mappings hold for the tenant: the connector's own, which lives as long as the result,
/// where there are no own rules; else a copy. Fails with the first mistake: a rule of an object that the
/// platform lacks, one without a place, a mapping that does not compile with it. The sentence names the rule.
[[nodiscard]] core::Result<std::shared_ptr<const config::Manifest>> tailor(
    const std::shared_ptr<const plugins::LoadedConnector>& connector, std::span<const config::TenantRule> own
);

}  // namespace navette::engine
