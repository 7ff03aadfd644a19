#include "daemon/store/admin_logs.hpp"

#include "daemon/store/connection.hpp"

#include <algorithm>
#include <array>
#include <iterator>

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
           OR ('failed' = ANY ($4) AND l.final AND l.status NOT IN ('done', 'skipped', 'cancelled')))
      AND ($5::timestamptz IS NULL OR l.created_at >= $5)
)sql";

// The bound on created_at spares a look into each old partition, three times a second.
constexpr const char* kAbove = R"sql(
      AND l.created_at > now() - interval '1 day' AND l.id > $6::bigint AND l.id <> ALL ($7::bigint[])
    ORDER BY l.id LIMIT $8::bigint
)sql";

// Today's rows have no B-tree, only a BRIN index that finds a span of time: the newest are looked for in
// steps back in time that grow until they hold enough. A step reads only what lies before the last one.
constexpr std::array<std::string_view, 5> kSteps{"1 minute", "10 minutes", "1 hour", "1 day", "10 days"};

std::string span_of_step(std::size_t step) {
    const auto before_now = [](std::string_view span) {
        return "$8::timestamptz - interval '" + std::string(span) + "' ";
    };
    return (step < kSteps.size() ? "AND l.created_at >= " + before_now(kSteps.at(step)) : std::string()) +
           (step > 0 ? "AND l.created_at < " + before_now(kSteps.at(step - 1)) : std::string());
}

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
    const auto clock = session.query("SELECT json_build_object('now', now())");
    if (!clock) {
        return std::unexpected(clock.error());
    }
    Records found;
    for (std::size_t step = 0; step <= kSteps.size() && static_cast<int>(found.size()) < limit; ++step) {
        auto values = values_of(filter);
        values.emplace_back(std::to_string(newest));
        values.emplace_back(std::to_string(limit - static_cast<int>(found.size())));
        values.emplace_back(text_of(clock->front(), "now"));
        auto older = session.query(
            "SELECT row_to_json(r) FROM (SELECT " + columns_of(filter) + kFits + "AND l.id <= $6::bigint " +
                span_of_step(step) + "ORDER BY l.id DESC LIMIT $7::bigint) r",
            values
        );
        if (!older) {
            return older;
        }
        std::ranges::move(*older, std::back_inserter(found));
    }
    std::ranges::sort(found, {}, [](const Record& log) { return log.at("id").as_int64(); });
    return found;
}

core::Result<Records> job_logs(
    AdminSession& session,
    std::int64_t job,
    const std::optional<std::string>& tenant,
    const std::optional<std::string>& created_at
) {
    return session.query(
        std::string("SELECT row_to_json(r) FROM (SELECT ") + kColumns + kBodies +
            " FROM navette.sync_logs l WHERE l.job_id = $1::bigint AND ($2::text IS NULL OR l.tenant_id = "
            "$2) AND ($3::timestamptz IS NULL OR l.created_at >= $3) ORDER BY l.id) r",
        {std::to_string(job), tenant, created_at}
    );
}

core::Result<std::int64_t> newest_log(AdminSession& session) {
    const auto newest = session.query(
        "SELECT json_build_object('id', coalesce(pg_sequence_last_value(pg_get_serial_sequence("
        "'navette.sync_logs', 'id')::regclass), 0))"
    );
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
