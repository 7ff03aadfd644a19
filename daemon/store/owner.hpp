// Who writes for an integration, and the fence that statements put around it: a former owner changes nothing.
#pragma once

#include "daemon/store/connection.hpp"
#include "daemon/store/leases.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace navette::store {

/// The node and epoch of an integration's lease.
struct Owner {
    IntegrationKey key;
    std::string node_id;
    std::int64_t epoch = 0;
};

/// As parameters $1 to $4: tenant, integration, node, epoch.
[[nodiscard]] inline std::vector<Parameter> parameters_of(Owner owner) {
    std::vector<Parameter> values;
    values.emplace_back(std::move(owner.key.tenant_id));
    values.emplace_back(std::move(owner.key.id));
    values.emplace_back(std::move(owner.node_id));
    values.emplace_back(std::to_string(owner.epoch));
    return values;
}

}  // namespace navette::store

/// The CTE `held`: the owner's integration, or nothing. The lease is locked against a change of its epoch, as
/// starts and completions do. A macro, since statements are constants.
#define NAVETTE_HELD                                                                  \
    "held AS MATERIALIZED (\n"                                                        \
    "    SELECT l.tenant_id, l.integration_id FROM navette.leases l\n"                \
    "    WHERE l.tenant_id = $1 AND l.integration_id = $2 AND l.node_id = $3::uuid\n" \
    "      AND l.epoch = $4::bigint\n"                                                \
    "    FOR KEY SHARE OF l\n"                                                        \
    ")"
