// A tenant's own field mappings, rule by rule.
#pragma once

#include "daemon/store/admin_session.hpp"
#include "daemon/store/leases.hpp"

#include <cstdint>
#include <optional>
#include <string>

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
};

/// Where a rule stands in the list.
struct MappingPlace {
    std::string object;
    std::string remote_path;
    std::string id;
};

/// At most `limit` rules in the order of their place, behind `after`: {id, tenant_id, integration_id, object,
/// local_path, remote_path, remote_type, direction, transforms, created_at, updated_at, version}. `version`
/// rises with each change.
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
