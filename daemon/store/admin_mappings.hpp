// A tenant's own field mappings, rule by rule.
#pragma once

#include "daemon/config/tenant_mapping.hpp"
#include "daemon/store/admin_session.hpp"
#include "daemon/store/leases.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace navette::store {

/// {tenant_id, id, platform, settings, direction} of one integration, without secrets: `not_found`;
/// `conflict` where several tenants have one of this id and none was named.
[[nodiscard]] core::Result<Record> find_connection(
    AdminSession& session, const std::string& id, const std::optional<std::string>& tenant
);

/// One rule; checked by the caller.
struct FieldMapping {
    std::string object;
    std::string local_path;
    std::string remote_path;
    std::optional<std::string> remote_type;
    std::string direction{"to_platform"};
    std::string transforms{"[]"};  // JSON text: a list
    bool mapped = true;            // false: the connector's own rules for the remote path do not hold
};

/// Where a rule stands in the list.
struct MappingPlace {
    std::string object;
    std::string remote_path;
    std::string id;
};

/// At most `limit` rules in the order of their place, behind `after`: {id, tenant_id, integration_id, object,
/// local_path, remote_path, remote_type, direction, transforms, mapped, created_at, updated_at, version}.
/// `version` rises with each change.
[[nodiscard]] core::Result<Records> list_mappings(
    AdminSession& session, const IntegrationKey& key, const std::optional<MappingPlace>& after, int limit
);

/// `not_found` where the integration has no such rule.
[[nodiscard]] core::Result<Record> find_mapping(
    AdminSession& session, const IntegrationKey& key, const std::string& id
);

/// The rules of the same object that write what this one writes, apart from `except`.
[[nodiscard]] core::Result<Records> rival_mappings(
    AdminSession& session,
    const IntegrationKey& key,
    const FieldMapping& mapping,
    const std::optional<std::string>& except
);

/// All of the integration's rules, as the engine reads them.
[[nodiscard]] core::Result<std::vector<config::TenantRule>> own_mappings(
    AdminSession& session, const IntegrationKey& key
);

/// The same. Until the end of the transaction nobody else
/// changes them: what was checked beside them stays true.
[[nodiscard]] core::Result<std::vector<config::TenantRule>> hold_mappings(
    AdminSession& session, const IntegrationKey& key
);

/// A record to try a mapping on: the application's as navette knows it, or (`remote`) what the platform was
/// last told of it or told us, in its own fields. `not_found` where navette keeps none.
[[nodiscard]] core::Result<Record> record_to_try(
    AdminSession& session,
    const IntegrationKey& key,
    const config::ObjectSpec& object,
    const std::string& entity_id,
    bool remote
);

[[nodiscard]] core::Result<Record> add_mapping(
    AdminSession& session, const IntegrationKey& key, const FieldMapping& mapping
);

/// `conflict` where the rule was changed or removed since it had that version.
[[nodiscard]] core::Result<Record> change_mapping(
    AdminSession& session,
    const IntegrationKey& key,
    const std::string& id,
    std::int64_t version,
    const FieldMapping& mapping
);
[[nodiscard]] core::Result<void> remove_mapping(
    AdminSession& session, const IntegrationKey& key, const std::string& id, std::int64_t version
);

}  // namespace navette::store
