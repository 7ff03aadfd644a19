#include "daemon/store/admin_undo.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace navette::store {

namespace json = boost::json;

namespace {

constexpr const char* kRuns = R"sql(
SELECT row_to_json(r) FROM (
    SELECT i.tenant_id, i.run, count(*) FILTER (WHERE i.kind = 'record') AS records,
           count(*) FILTER (WHERE i.kind = 'link') AS links, count(i.undone_at) AS undone,
           navette.iso(min(i.created_at)) AS first_at, navette.iso(max(i.created_at)) AS last_at
    FROM navette.run_images i
    WHERE ($1::text IS NULL OR i.tenant_id = $1) AND ($2::text IS NULL OR (i.tenant_id, i.run) > ($2, $3))
    GROUP BY i.tenant_id, i.run
    ORDER BY i.tenant_id, i.run
    LIMIT $4::bigint
) r
)sql";

constexpr const char* kFind = R"sql(
SELECT DISTINCT jsonb_build_object('tenant_id', i.tenant_id) FROM navette.run_images i
WHERE i.run = $1 AND ($2::text IS NULL OR i.tenant_id = $2) LIMIT 2
)sql";

constexpr const char* kUnfinished = R"sql(
SELECT json_build_object('jobs', count(*)) FROM navette.sync_queue q
WHERE q.tenant_id = $1 AND q.status = 'pending' AND q.origin IN ($2, 'sync:' || $2)
)sql";

constexpr const char* kPreview = R"sql(
SELECT json_build_object('kind', p.kind, 'integration_id', p.integration_id, 'object', p.object, 'entity_type', p.entity_type,
                         'entity_id', p.entity_id, 'remote_id', p.remote_id, 'verdict', navette.undo_verdict(p.image))
FROM (
    SELECT i.kind, i.integration_id, i.object, i.entity_type, i.entity_id, i.remote_id, i AS image FROM navette.run_images i
    WHERE i.tenant_id = $1 AND i.run = $2 AND i.undone_at IS NULL
      AND ($3::text IS NULL OR (i.kind, i.integration_id, i.object, i.entity_type, i.entity_id) > ($3, $4, $5, $6, $7))
    ORDER BY i.kind, i.integration_id, i.object, i.entity_type, i.entity_id
    LIMIT $8::bigint
) p
ORDER BY p.kind, p.integration_id, p.object, p.entity_type, p.entity_id
)sql";

// One after the other, in the order of the list.
constexpr const char* kUndo = R"sql(
SELECT json_build_object('verdict', navette.undo_image($1, $2, w.kind, w.integration_id, w.object, w.entity_type, w.entity_id))
FROM (
    SELECT e.value ->> 'kind' AS kind, e.value ->> 'integration_id' AS integration_id, e.value ->> 'object' AS object,
           e.value ->> 'entity_type' AS entity_type, e.value ->> 'entity_id' AS entity_id
    FROM jsonb_array_elements($3::jsonb) WITH ORDINALITY AS e ORDER BY e.ordinality
) w
)sql";

constexpr int kAttempts = 3;

/// "push" and "kept: why" as the two members that people read.
void explain(Record& image, std::string_view verdict) {
    constexpr std::string_view kKept = "kept: ";
    const bool kept = verdict.starts_with(kKept);
    image["action"] = kept ? "keep" : verdict == "push" ? "restore" : verdict;
    image["reason"] = kept ? json::value(verdict.substr(kKept.size())) : json::value();
}

}  // namespace

core::Result<Records> list_runs(
    AdminSession& session,
    const std::optional<std::string>& tenant,
    const std::optional<RunName>& after,
    int limit
) {
    return session.query(
        kRuns,
        {tenant,
         after ? std::optional(after->tenant_id) : std::nullopt,
         after ? std::optional(after->run) : std::nullopt,
         std::to_string(limit)}
    );
}

core::Result<RunName> find_run(
    AdminSession& session, const std::string& run, const std::optional<std::string>& tenant
) {
    const auto found = session.query(kFind, {run, tenant});
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->empty()) {
        return core::failure(
            core::ErrorKind::not_found,
            "nothing is kept of a run " + run +
                ": it changed nothing, or that is longer ago than retention.undo"
        );
    }
    if (found->size() > 1) {
        return core::failure(
            core::ErrorKind::conflict, "several tenants have a run " + run + ": name the tenant"
        );
    }
    return RunName{text_of(found->front(), "tenant_id"), run};
}

core::Result<std::int64_t> unfinished_jobs(AdminSession& session, const RunName& name) {
    const auto counted = session.query(kUnfinished, {name.tenant_id, name.run});
    if (!counted) {
        return std::unexpected(counted.error());
    }
    return counted->front().at("jobs").as_int64();
}

core::Result<Records> preview_undo(
    AdminSession& session, const RunName& name, const std::optional<ImagePlace>& after, int limit
) {
    const auto part = [&](std::string ImagePlace::* member) {
        return after ? std::optional((*after).*member) : std::nullopt;
    };
    auto images = session.query(
        kPreview,
        {name.tenant_id,
         name.run,
         part(&ImagePlace::kind),
         part(&ImagePlace::integration_id),
         part(&ImagePlace::object),
         part(&ImagePlace::entity_type),
         part(&ImagePlace::entity_id),
         std::to_string(limit)}
    );
    if (!images) {
        return std::unexpected(images.error());
    }
    for (auto& image : *images) {
        const auto verdict = text_of(image, "verdict");
        image.stable_erase("verdict");
        explain(image, verdict);
    }
    return images;
}

core::Result<void> undo_images(AdminSession& session, const RunName& name, Records& images) {
    const auto list = json::serialize(json::array(images.begin(), images.end()));
    auto done = session.query(kUndo, {name.tenant_id, name.run, list});
    // A lane that takes in changes of the same records may lock them in another order: PostgreSQL then ends
    // one of both.
    for (int again = 1; !done && done.error().kind == core::ErrorKind::unavailable && again < kAttempts;
         ++again) {
        done = session.query(kUndo, {name.tenant_id, name.run, list});
    }
    if (!done) {
        return std::unexpected(done.error());
    }
    for (std::size_t at = 0; at < images.size() && at < done->size(); ++at) {
        explain(images[at], text_of((*done)[at], "verdict"));
    }
    return {};
}

}  // namespace navette::store
