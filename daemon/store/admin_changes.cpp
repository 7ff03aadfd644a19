#include "daemon/store/admin_changes.hpp"

namespace navette::store {

core::Result<Records> changes_after(
    AdminSession& session, const std::string& tenant, std::int64_t after, int limit
) {
    return session.query(
        R"sql(
SELECT row_to_json(r) FROM (
    SELECT c.position, c.entity_type, c.entity_id, c.operation, c.integration_id, c.remote_id, c.event_type, c.data,
           c.version, c.fields, navette.iso(c.occurred_at) AS occurred_at, navette.iso(c.created_at) AS created_at
    FROM navette.changes c
    WHERE c.tenant_id = $1 AND c.position > $2::bigint
    ORDER BY c.position LIMIT $3::bigint
) r
)sql",
        {tenant, std::to_string(after), std::to_string(limit)}
    );
}

core::Result<void> acknowledge_changes(
    AdminSession& session, const std::string& tenant, std::int64_t position
) {
    const auto feed = session.query(
        "SELECT row_to_json(h) FROM (SELECT position FROM navette.change_heads WHERE tenant_id = $1) h",
        {tenant}
    );
    if (!feed) {
        return std::unexpected(feed.error());
    }
    if (feed->empty()) {
        return core::failure(core::ErrorKind::not_found, "tenant " + tenant + " has no feed of changes yet");
    }
    const auto done = session.query(
        "SELECT '{}'::text FROM navette.acknowledge_changes($1, $2::bigint)",
        {tenant, std::to_string(position)}
    );
    return done ? core::Result<void>() : std::unexpected(done.error());
}

core::Result<std::int64_t> redeliver_changes(
    AdminSession& session, const IntegrationKey& key, std::int64_t after
) {
    const auto takes = session.query(
        R"sql(
SELECT json_build_object('id', i.id)
FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
WHERE i.tenant_id = $1 AND i.id = $2 AND 'changes' = ANY (a.capabilities)
)sql",
        {key.tenant_id, key.id}
    );
    if (!takes) {
        return std::unexpected(takes.error());
    }
    if (takes->empty()) {
        return core::failure(
            core::ErrorKind::invalid,
            "integration " + key.id + " takes no feed of changes; one of the connector application does"
        );
    }
    const auto made = session.query(
        "SELECT json_build_object('jobs', navette.redeliver_changes($1, $2, $3::bigint))",
        {key.tenant_id, key.id, std::to_string(after)}
    );
    if (!made) {
        return std::unexpected(made.error());
    }
    return made->front().at("jobs").as_int64();
}

}  // namespace navette::store
