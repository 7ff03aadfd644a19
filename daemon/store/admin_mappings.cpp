#include "daemon/store/admin_mappings.hpp"

namespace navette::store {

namespace {

// The version is the time of the last change: whoever writes moves it on.
constexpr const char* kColumns = R"sql(
    m.id, m.tenant_id, m.integration_id, m.object, m.local_path, m.remote_path, m.remote_type, m.direction, m.transforms,
    m.mapped, navette.iso(m.created_at) AS created_at, navette.iso(m.updated_at) AS updated_at,
    (extract(epoch FROM m.updated_at) * 1000000)::bigint AS version
)sql";

std::string rows_of(const std::string& rest) {
    return std::string("SELECT row_to_json(r) FROM (SELECT ") + kColumns + rest + ") r";
}

core::Result<Record> the_one(core::Result<Records> rows, core::ErrorKind kind, std::string otherwise) {
    if (!rows) {
        return std::unexpected(rows.error());
    }
    if (rows->empty()) {
        return core::failure(kind, std::move(otherwise));
    }
    return std::move(rows->front());
}

std::string changed_meanwhile(const std::string& id) {
    return "mapping " + id + " was changed or removed by somebody else at the same moment; read it again";
}

}  // namespace

core::Result<Record> find_connection(
    AdminSession& session, const std::string& id, const std::optional<std::string>& tenant
) {
    auto found = session.query(
        "SELECT json_build_object('tenant_id', tenant_id, 'id', id, 'platform', integration_type, "
        "'settings', config_public, 'direction', sync_direction) "
        "FROM navette.tenant_integrations WHERE id = $1 AND ($2::text IS NULL OR tenant_id = $2) LIMIT 2",
        {id, tenant}
    );
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->size() == 2) {
        return core::failure(
            core::ErrorKind::conflict, "several tenants have an integration " + id + ": name the tenant"
        );
    }
    return the_one(std::move(found), core::ErrorKind::not_found, "there is no integration " + id);
}

core::Result<Records> list_mappings(
    AdminSession& session, const IntegrationKey& key, const std::optional<MappingPlace>& after, int limit
) {
    return session.query(
        rows_of("FROM navette.field_mappings m WHERE m.tenant_id = $1 AND m.integration_id = $2 "
                "AND ($3::text IS NULL OR (m.object, m.remote_path, m.id) > ($3, $4, $5)) "
                "ORDER BY m.object, m.remote_path, m.id LIMIT $6::bigint"),
        {key.tenant_id,
         key.id,
         after ? std::optional(after->object) : std::nullopt,
         after ? std::optional(after->remote_path) : std::nullopt,
         after ? std::optional(after->id) : std::nullopt,
         std::to_string(limit)}
    );
}

core::Result<Record> find_mapping(AdminSession& session, const IntegrationKey& key, const std::string& id) {
    return the_one(
        session.query(
            rows_of("FROM navette.field_mappings m WHERE m.tenant_id = $1 AND m.integration_id = $2 "
                    "AND m.id = $3"),
            {key.tenant_id, key.id, id}
        ),
        core::ErrorKind::not_found,
        "integration " + key.id + " has no mapping " + id
    );
}

core::Result<Records> rival_mappings(
    AdminSession& session,
    const IntegrationKey& key,
    const FieldMapping& mapping,
    const std::optional<std::string>& except
) {
    return session.query(
        rows_of("FROM navette.field_mappings m WHERE m.tenant_id = $1 AND m.integration_id = $2 "
                "AND m.object = $3 AND ($7::text IS NULL OR m.id <> $7) "
                "AND (m.remote_path = $5 AND m.direction <> 'from_platform' AND $6 <> 'from_platform' "
                "OR m.local_path = $4 AND $4 <> '' AND m.direction <> 'to_platform' AND $6 <> 'to_platform') "
                "ORDER BY m.id"),
        {key.tenant_id,
         key.id,
         mapping.object,
         mapping.local_path,
         mapping.remote_path,
         mapping.direction,
         except}
    );
}

core::Result<std::vector<config::TenantRule>> own_mappings(AdminSession& session, const IntegrationKey& key) {
    const auto rules = session.query(
        "SELECT json_build_object('rules', navette.own_mappings($1, $2))", {key.tenant_id, key.id}
    );
    if (!rules) {
        return std::unexpected(rules.error());
    }
    return config::read_tenant_rules(rules->front().at("rules").as_array());
}

core::Result<std::vector<config::TenantRule>> hold_mappings(
    AdminSession& session, const IntegrationKey& key
) {
    const auto held = session.query(
        "SELECT json_build_object('id', id) FROM navette.tenant_integrations "
        "WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE",
        {key.tenant_id, key.id}
    );
    if (!held) {
        return std::unexpected(held.error());
    }
    // A statement of its own: one that waited for the lock would read what was there before.
    return own_mappings(session, key);
}

core::Result<Record> record_to_try(
    AdminSession& session,
    const IntegrationKey& key,
    const config::ObjectSpec& object,
    const std::string& entity_id,
    bool remote
) {
    const auto entity = object.entity.empty() ? object.name : object.entity;
    return the_one(
        remote ? session.query(
                     "SELECT snapshot FROM navette.record_links WHERE tenant_id = $1 AND integration_id = $2 "
                     "AND object = $3 AND entity_id = $4 AND snapshot <> '{}'",
                     {key.tenant_id, key.id, object.name, entity_id}
                 )
               : session.query(
                     "SELECT data FROM navette.records "
                     "WHERE tenant_id = $1 AND entity_type = $2 AND entity_id = $3",
                     {key.tenant_id, entity, entity_id}
                 ),
        core::ErrorKind::not_found,
        remote ? "navette does not know what the platform holds of " + object.name + " " + entity_id +
                     "; give the platform's record itself"
               : "navette keeps no " + entity + " " + entity_id + "; give the record itself"
    );
}

core::Result<Record> add_mapping(
    AdminSession& session, const IntegrationKey& key, const FieldMapping& mapping
) {
    return the_one(
        session.query(
            std::string("WITH m AS (INSERT INTO navette.field_mappings (tenant_id, integration_id, object, "
                        "local_path, remote_path, remote_type, direction, transforms, mapped) "
                        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::boolean) RETURNING *) "
                        "SELECT row_to_json(r) FROM (SELECT ") +
                kColumns + "FROM m) r",
            {key.tenant_id,
             key.id,
             mapping.object,
             mapping.local_path,
             mapping.remote_path,
             mapping.remote_type,
             mapping.direction,
             mapping.transforms,
             mapping.mapped ? "true" : "false"}
        ),
        core::ErrorKind::internal,
        "the new mapping was not written"
    );
}

core::Result<Record> change_mapping(
    AdminSession& session,
    const IntegrationKey& key,
    const std::string& id,
    std::int64_t version,
    const FieldMapping& mapping
) {
    return the_one(
        session.query(
            std::string("WITH m AS (UPDATE navette.field_mappings SET object = $4, local_path = $5, "
                        "remote_path = $6, remote_type = $7, direction = $8, transforms = $9::jsonb, mapped "
                        "= $11::boolean, "
                        "updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond') "
                        "WHERE tenant_id = $1 AND integration_id = $2 AND id = $3 "
                        "AND (extract(epoch FROM updated_at) * 1000000)::bigint = $10::bigint RETURNING *) "
                        "SELECT row_to_json(r) FROM (SELECT ") +
                kColumns + "FROM m) r",
            {key.tenant_id,
             key.id,
             id,
             mapping.object,
             mapping.local_path,
             mapping.remote_path,
             mapping.remote_type,
             mapping.direction,
             mapping.transforms,
             std::to_string(version),
             mapping.mapped ? "true" : "false"}
        ),
        core::ErrorKind::conflict,
        changed_meanwhile(id)
    );
}

core::Result<void> remove_mapping(
    AdminSession& session, const IntegrationKey& key, const std::string& id, std::int64_t version
) {
    const auto removed = the_one(
        session.query(
            "DELETE FROM navette.field_mappings WHERE tenant_id = $1 AND integration_id = $2 AND id = $3 "
            "AND (extract(epoch FROM updated_at) * 1000000)::bigint = $4::bigint "
            "RETURNING json_build_object('id', id)",
            {key.tenant_id, key.id, id, std::to_string(version)}
        ),
        core::ErrorKind::conflict,
        changed_meanwhile(id)
    );
    if (!removed) {
        return std::unexpected(removed.error());
    }
    return {};
}

}  // namespace navette::store
