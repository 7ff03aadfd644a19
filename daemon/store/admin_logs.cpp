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
      AND ($6::timestamptz IS NULL OR l.created_at < $6)
      AND ($7::text IS NULL OR l.entity_type = $7)
      AND ($8::text IS NULL OR l.event_type = $8 OR right($8, 2) = '.*' AND starts_with(l.event_type, left($8, -1)))
      AND (NOT $9::boolean OR l.status NOT IN ('done', 'skipped', 'cancelled'))
)sql";

constexpr const char* kPlace = ", (extract(epoch FROM l.created_at) * 1000000)::bigint AS place";

// The bound on created_at spares a look into each old partition, three times a second.
constexpr const char* kAbove = R"sql(
      AND l.created_at > now() - interval '1 day' AND l.id > $10::bigint AND l.id <> ALL ($11::bigint[])
    ORDER BY l.id LIMIT $12::bigint
)sql";

// Today's rows have no B-tree, only a BRIN index that finds a span of time: the newest are looked for in
// steps back in time that grow until they hold enough. A step reads only what lies before the last one.
constexpr std::array<std::string_view, 5> kSteps{"1 minute", "10 minutes", "1 hour", "1 day", "10 days"};

/// Step by step back from `moment`, an expression.
std::string span_of_step(std::size_t step, const std::string& moment) {
    const auto before_moment = [&](std::string_view span) {
        return moment + " - interval '" + std::string(span) + "' ";
    };
    return (step < kSteps.size() ? "AND l.created_at >= " + before_moment(kSteps.at(step)) : std::string()) +
           (step > 0 ? "AND l.created_at < " + before_moment(kSteps.at(step - 1)) : std::string());
}

/// A parameter with microseconds since 1970 as a moment.
std::string moment_of(const std::string& micros) {
    return "('epoch'::timestamptz + " + micros + "::bigint * interval '1 microsecond')";
}

std::vector<std::optional<std::string>> values_of(const LogFilter& filter) {
    return {
        filter.tenant,
        filter.integration,
        filter.entity,
        filter.statuses.empty() ? std::nullopt : std::optional(array_literal(filter.statuses)),
        filter.since,
        filter.until,
        filter.entity_type,
        filter.event,
        filter.errors_only ? "true" : "false"
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

/// Rows that carry their place.
core::Result<std::vector<PlacedLog>> placed(core::Result<Records> rows) {
    if (!rows) {
        return std::unexpected(rows.error());
    }
    std::vector<PlacedLog> logs;
    logs.reserve(rows->size());
    for (auto& row : *rows) {
        const LogPlace place{row.at("place").as_int64(), row.at("id").as_int64()};
        row.erase("place");
        logs.push_back({place, std::move(row)});
    }
    return logs;
}

// The span of an export's first page, the longest span where rows are found, and where there are none.
constexpr std::int64_t kFirstSpan = 60LL * 1'000'000;
constexpr std::int64_t kDay = 86'400LL * 1'000'000;
constexpr std::int64_t kLongestEmptySpan = 64 * kDay;

}  // namespace

core::Result<std::vector<PlacedLog>> older_logs(
    AdminSession& session, const LogFilter& filter, const std::optional<LogPlace>& before, int limit
) {
    auto from = before;
    if (!from) {
        const auto clock =
            session.query("SELECT json_build_object('now', (extract(epoch FROM now()) * 1000000)::bigint)");
        if (!clock) {
            return std::unexpected(clock.error());
        }
        from = LogPlace{clock->front().at("now").as_int64(), 0};
    }
    std::vector<PlacedLog> found;
    for (std::size_t step = 0; step <= kSteps.size() && static_cast<int>(found.size()) < limit; ++step) {
        auto values = values_of(filter);
        values.emplace_back(std::to_string(from->micros));
        values.emplace_back(before ? std::optional(std::to_string(from->id)) : std::nullopt);
        values.emplace_back(std::to_string(limit - static_cast<int>(found.size())));
        auto older = placed(session.query(
            "SELECT row_to_json(r) FROM (SELECT " + columns_of(filter) + kPlace + kFits +
                "AND ($11::bigint IS NULL OR l.created_at <= " + moment_of("$10") +
                " AND (l.created_at, l.id) < (" + moment_of("$10") + ", $11::bigint)) " +
                span_of_step(step, moment_of("$10")) +
                "ORDER BY l.created_at DESC, l.id DESC LIMIT $12::bigint) r",
            values
        ));
        if (!older) {
            return older;
        }
        std::ranges::move(*older, std::back_inserter(found));
    }
    return found;
}

core::Result<LogExport> LogExport::begin(AdminSession& session, LogFilter filter, int page_size) {
    const auto bounds = session.query(
        "SELECT json_build_object('since', (extract(epoch FROM coalesce($1::timestamptz, coalesce("
        "$2::timestamptz, now()) - interval '1 day')) * 1000000)::bigint, "
        "'until', (extract(epoch FROM coalesce($2::timestamptz, now())) * 1000000)::bigint)",
        {filter.since, filter.until}
    );
    if (!bounds) {
        return std::unexpected(bounds.error());
    }
    LogExport made(std::move(filter), page_size);
    made.place_ = {bounds->front().at("since").as_int64(), 0};
    made.until_ = bounds->front().at("until").as_int64();
    made.span_ = kFirstSpan;
    return made;
}

core::Result<std::vector<PlacedLog>> LogExport::read_span(AdminSession& session, std::int64_t end) const {
    auto values = values_of(filter_);
    values.emplace_back(std::to_string(place_.micros));
    values.emplace_back(std::to_string(place_.id));
    values.emplace_back(std::to_string(end));
    values.emplace_back(std::to_string(page_size_));
    return placed(session.query(
        "SELECT row_to_json(r) FROM (SELECT " + columns_of(filter_) + kPlace + kFits +
            "AND l.created_at >= " + moment_of("$10") + " AND l.created_at < " + moment_of("$12") +
            " AND (l.created_at, l.id) > (" + moment_of("$10") +
            ", $11::bigint) ORDER BY l.created_at, l.id LIMIT $13::bigint) r",
        values
    ));
}

core::Result<Records> LogExport::next(AdminSession& session) {
    Records page;
    while (!at_end() && page.empty()) {
        const auto end = std::min(until_, place_.micros + span_);
        auto logs = read_span(session, end);
        if (!logs) {
            return std::unexpected(logs.error());
        }
        if (static_cast<int>(logs->size()) == page_size_) {
            // The next page is about as dense: a longer span would be sorted whole for its beginning alone.
            const auto& last = logs->back().place;
            span_ = std::max<std::int64_t>(2 * (last.micros - place_.micros), 1'000);
            place_ = last;
        } else {
            span_ = std::min(2 * span_, logs->empty() ? kLongestEmptySpan : std::max(span_, kDay));
            place_ = {end, 0};
        }
        page.reserve(logs->size());
        for (auto& log : *logs) {
            page.push_back(std::move(log.log));
        }
    }
    return page;
}

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
            "SELECT row_to_json(r) FROM (SELECT " + columns_of(filter) + kFits + "AND l.id <= $10::bigint " +
                span_of_step(step, "$12::timestamptz") + "ORDER BY l.id DESC LIMIT $11::bigint) r",
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
