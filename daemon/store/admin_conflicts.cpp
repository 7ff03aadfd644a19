#include "daemon/store/admin_conflicts.hpp"

namespace navette::store {

namespace {

// $1 to $4 are the filter.
#define NAVETTE_OPEN_CONFLICTS                                                                 \
    "FROM navette.record_links l CROSS JOIN LATERAL jsonb_each(l.conflicts) c "                \
    "WHERE l.conflicts <> '{}' AND ($1::text IS NULL OR l.tenant_id = $1) "                    \
    "AND ($2::text IS NULL OR l.integration_id = $2) AND ($3::text IS NULL OR l.object = $3) " \
    "AND ($4::text IS NULL OR c.key = $4) "

constexpr const char* kList = R"sql(
SELECT row_to_json(r) FROM (
    SELECT l.tenant_id, l.integration_id,
           (SELECT i.integration_type FROM navette.tenant_integrations i
            WHERE i.tenant_id = l.tenant_id AND i.id = l.integration_id) AS platform,
           l.object, l.entity_type, l.entity_id, l.remote_id, c.key AS field, c.value -> 'base' AS base,
           c.value -> 'local' AS local, c.value -> 'remote' AS remote,
           CASE jsonb_typeof(c.value -> 'since')
               WHEN 'number' THEN navette.iso(to_timestamp((c.value ->> 'since')::double precision / 1000))
               WHEN 'string' THEN navette.iso((c.value ->> 'since')::timestamptz) END AS since
    )sql" NAVETTE_OPEN_CONFLICTS R"sql(
      AND ($5::text IS NULL OR (l.tenant_id, l.integration_id, l.object, l.entity_id, c.key) > ($5, $6, $7, $8, $9))
    ORDER BY l.tenant_id, l.integration_id, l.object, l.entity_id, c.key
    LIMIT $10::bigint
) r
)sql";

constexpr const char* kResolve = R"sql(
SELECT done FROM navette.resolve_conflict($1, $2, $3, $4, $5, $6, $7::jsonb) AS done WHERE done IS NOT NULL
)sql";

// In the order of records, as whoever merges many of them takes their locks.
constexpr const char* kResolveMany =
    "WITH chosen AS MATERIALIZED (SELECT l.tenant_id, l.integration_id, "
    "l.object, l.entity_id, c.key AS field " NAVETTE_OPEN_CONFLICTS
    R"sql(
    ORDER BY l.tenant_id, l.entity_type, l.entity_id, l.integration_id, c.key LIMIT 500
)
SELECT json_build_object('resolved', count(done)) FROM (
    SELECT navette.resolve_conflict(o.tenant_id, o.integration_id, o.object, o.entity_id, o.field, $5) AS done FROM chosen o
) resolved
)sql";

constexpr const char* kCount = "SELECT json_build_object('left', count(*)) " NAVETTE_OPEN_CONFLICTS;

#undef NAVETTE_OPEN_CONFLICTS

std::optional<std::string> part(
    const std::optional<ConflictPlace>& place, std::string ConflictPlace::* member
) {
    return place ? std::optional((*place).*member) : std::nullopt;
}

}  // namespace

core::Result<Records> list_conflicts(
    AdminSession& session, const ConflictFilter& filter, const std::optional<ConflictPlace>& after, int limit
) {
    return session.query(
        kList,
        {filter.tenant,
         filter.integration,
         filter.object,
         filter.field,
         part(after, &ConflictPlace::tenant_id),
         part(after, &ConflictPlace::integration_id),
         part(after, &ConflictPlace::object),
         part(after, &ConflictPlace::entity_id),
         part(after, &ConflictPlace::field),
         std::to_string(limit)}
    );
}

core::Result<std::optional<Record>> resolve_conflict(
    AdminSession& session, const ConflictName& name, const ConflictChoice& choice
) {
    auto done = session.query(
        kResolve,
        {name.key.tenant_id, name.key.id, name.object, name.entity_id, name.field, choice.choose, choice.value
        }
    );
    if (!done) {
        return std::unexpected(done.error());
    }
    return done->empty() ? std::nullopt : std::optional(std::move(done->front()));
}

core::Result<Record> resolve_conflicts(
    AdminSession& session, const ConflictFilter& filter, const std::string& choose
) {
    auto done =
        session.query(kResolveMany, {filter.tenant, filter.integration, filter.object, filter.field, choose});
    if (!done) {
        return std::unexpected(done.error());
    }
    const auto left = session.query(kCount, {filter.tenant, filter.integration, filter.object, filter.field});
    if (!left) {
        return std::unexpected(left.error());
    }
    auto answer = std::move(done->front());
    answer["left"] = left->front().at("left");
    return answer;
}

}  // namespace navette::store
