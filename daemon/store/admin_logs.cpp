#include "daemon/store/admin_logs.hpp"

#include "daemon/store/connection.hpp"

namespace navette::store {

namespace {

constexpr const char* kColumns = R"sql(
    l.id, navette.iso(l.created_at) AS created_at, l.tenant_id, l.integration_id, l.job_id, l.direction, l.event_type,
    l.entity_type, l.entity_id, l.object, l.remote_id, l.status, l.final, l.attempt, l.error_message, l.error_field,
    l.remarks, navette.iso(l.started_at) AS started_at, l.duration_ms
)sql";

constexpr const char* kBodies = ", l.request, l.response";

constexpr const char* kFits = R"sql(
    FROM navette.sync_logs l
    WHERE ($1::text IS NULL OR l.tenant_id = $1) AND ($2::text IS NULL OR l.integration_id = $2)
      AND ($3::text IS NULL OR l.entity_id = $3)
      AND ($4::text[] IS NULL OR l.status = ANY ($4)
           OR ('failed' = ANY ($4) AND l.final AND l.status NOT IN ('done', 'skipped')))
      AND ($5::timestamptz IS NULL OR l.created_at >= $5)
)sql";

// The bound on created_at spares a look into each old partition, three times a second.
constexpr const char* kAbove = R"sql(
      AND l.created_at > now() - interval '1 day' AND l.id > $6::bigint AND l.id <> ALL ($7::bigint[])
    ORDER BY l.id LIMIT $8::bigint
)sql";

std::vector<std::optional<std::string>> values_of(const LogFilter& filter) {
    return {
        filter.tenant,
        filter.integration,
        filter.entity,
        filter.statuses.empty() ? std::nullopt : std::optional(array_literal(filter.statuses)),
        filter.since
    };
}

std::string columns_of(const LogFilter& filter) {
    return std::string(kColumns) + (filter.with_bodies ? kBodies : "");
}

std::string id_array(const std::vector<std::int64_t>& ids) {
    std::string literal("{");
    for (const auto id : ids) {
        literal += (literal.size() > 1 ? "," : "") + std::to_string(id);
    }
    return literal + "}";
}

}  // namespace

core::Result<Records> recent_logs(
    AdminSession& session, const LogFilter& filter, std::int64_t newest, int limit
) {
    auto values = values_of(filter);
    values.emplace_back(std::to_string(newest));
    values.emplace_back(std::to_string(limit));
    return session.query(
        "SELECT row_to_json(r) FROM (SELECT " + columns_of(filter) + kFits +
            "AND l.id <= $6::bigint ORDER BY l.id DESC LIMIT $7::bigint) r ORDER BY r.id",
        values
    );
}

core::Result<Records> job_logs(
    AdminSession& session, std::int64_t job, const std::optional<std::string>& tenant
) {
    return session.query(
        std::string("SELECT row_to_json(r) FROM (SELECT ") + kColumns + kBodies +
            " FROM navette.sync_logs l WHERE l.job_id = $1::bigint AND ($2::text IS NULL OR l.tenant_id = "
            "$2) ORDER BY l.id) r",
        {std::to_string(job), tenant}
    );
}

core::Result<std::int64_t> newest_log(AdminSession& session) {
    const auto newest =
        session.query("SELECT json_build_object('id', coalesce(max(id), 0)) FROM navette.sync_logs");
    if (!newest) {
        return std::unexpected(newest.error());
    }
    return newest->front().at("id").as_int64();
}

core::Result<Records> logs_above(
    AdminSession& session,
    const LogFilter& filter,
    std::int64_t floor,
    const std::vector<std::int64_t>& seen,
    int limit
) {
    auto values = values_of(filter);
    values.emplace_back(std::to_string(floor));
    values.emplace_back(id_array(seen));
    values.emplace_back(std::to_string(limit));
    return session.query(
        "SELECT row_to_json(r) FROM (SELECT " + columns_of(filter) + kFits + kAbove + ") r", values
    );
}

}  // namespace navette::store
