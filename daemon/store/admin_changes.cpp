#include "daemon/store/admin_changes.hpp"

namespace navette::store {

core::Result<Records> changes_after(
    AdminSession& session, const std::string& tenant, std::int64_t after, int limit
) {
    return session.query(
        R"sql(
SELECT row_to_json(r) FROM (
    SELECT c.position, c.entity_type, c.entity_id, c.operation, c.integration_id, c.remote_id, c.event_type, c.data,
           navette.iso(c.occurred_at) AS occurred_at, navette.iso(c.created_at) AS created_at
    FROM navette.changes c
    WHERE c.tenant_id = $1 AND c.position > $2::bigint
    ORDER BY c.position LIMIT $3::bigint
) r
)sql",
        {tenant, std::to_string(after), std::to_string(limit)}
    );
}

}  // namespace navette::store
