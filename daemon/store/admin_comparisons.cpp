#include "daemon/store/admin_comparisons.hpp"

namespace navette::store {

namespace {

constexpr const char* kAsk = R"sql(
SELECT navette.ask_comparison($1, $2, $3, $4, $5, $6::double precision, $7::bigint, $8::boolean, $9::interval)
)sql";

constexpr const char* kCanBeAsked = R"sql(
SELECT json_build_object('slug', a.slug, 'pulls', 'pull' = ANY (a.capabilities),
                         'knows', $3::text IS NULL OR $3 = ANY (a.supported_objects))
FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
WHERE i.tenant_id = $1 AND i.id = $2
)sql";

// A plan that nobody approved in time is told as expired before its owner has noted it.
#define NAVETTE_COMPARISON                                                                             \
    "SELECT c.id, navette.comparison_run(c.kind, c.id) AS run, c.tenant_id, c.integration_id, "        \
    "CASE c.kind WHEN 'first' THEN 'plan' ELSE c.kind END AS kind, "                                   \
    "CASE WHEN c.state = 'ready' AND c.expires_at <= now() THEN 'expired' ELSE c.state END AS state, " \
    "c.object, c.objects, "                                                                            \
    "CASE WHEN c.state IN ('reading', 'paused') THEN c.objects[c.place] END AS at_object, "            \
    "CASE WHEN c.state IN ('reading', 'paused') THEN c.phase END AS phase, c.counts, c.to_apply, "     \
    "c.applied, c.superseded, "                                                                        \
    "c.dry_run, c.failures, c.last_error, c.created_by, c.approved_by, navette.iso(c.created_at) AS "  \
    "created_at, "                                                                                     \
    "navette.iso(c.ready_at) AS ready_at, navette.iso(c.approved_at) AS approved_at, "                 \
    "navette.iso(c.finished_at) AS "                                                                   \
    "finished_at, navette.iso(c.expires_at) AS expires_at "

constexpr const char* kList = "SELECT row_to_json(r) FROM (" NAVETTE_COMPARISON R"sql(
    FROM navette.comparisons c
    WHERE ($1::text IS NULL OR c.tenant_id = $1) AND ($2::text IS NULL OR c.integration_id = $2)
      AND ($3::text IS NULL OR c.kind = CASE $3 WHEN 'plan' THEN 'first' ELSE $3 END)
      AND ($4::bigint = 0 OR c.id < $4::bigint)
    ORDER BY c.id DESC LIMIT $5::bigint
) r
)sql";

constexpr const char* kFind = "SELECT row_to_json(r) FROM (" NAVETTE_COMPARISON R"sql(,
    (SELECT coalesce(json_agg(s ORDER BY s.object, s.verdict, s.n), '[]') FROM (
        SELECT i.object, i.verdict, i.remote_id, i.entity_type, i.entity_id, i.reason, i.differences,
               navette.iso(i.applied_at) AS applied_at, i.id AS n
        FROM jsonb_object_keys(c.counts) AS o (object)
        CROSS JOIN unnest(ARRAY['conflict', 'ambiguous', 'missing', 'change_local', 'change_remote', 'create_local', 'create_remote',
                                'link']) AS v (verdict)
        CROSS JOIN LATERAL (
            SELECT * FROM navette.comparison_items x
            WHERE x.tenant_id = c.tenant_id AND x.comparison_id = c.id AND x.object = o.object AND x.verdict = v.verdict
            ORDER BY x.id LIMIT $3::bigint) i
    ) s) AS samples
    FROM navette.comparisons c WHERE c.id = $1::bigint AND ($2::text IS NULL OR c.tenant_id = $2)
) r
)sql";

#undef NAVETTE_COMPARISON

constexpr const char* kDecide = R"sql(
SELECT navette.decide_comparison(c.tenant_id, c.id, $3, $4)
FROM navette.comparisons c WHERE c.id = $1::bigint AND ($2::text IS NULL OR c.tenant_id = $2)
)sql";

const char* name_of(Decision decision) {
    switch (decision) {
        case Decision::approve:
            return "approve";
        case Decision::pause:
            return "pause";
        case Decision::resume:
            return "resume";
        case Decision::cancel:
            break;
    }
    return "cancel";
}

std::unexpected<core::Error> none(std::int64_t id) {
    return core::failure(core::ErrorKind::not_found, "there is no plan " + std::to_string(id));
}

}  // namespace

core::Result<std::int64_t> ask_for_comparison(
    AdminSession& session, const IntegrationKey& key, const ComparisonWish& wish
) {
    const auto can = session.query(kCanBeAsked, {key.tenant_id, key.id, wish.object});
    if (!can) {
        return std::unexpected(can.error());
    }
    if (can->empty() || !can->front().at("pulls").as_bool()) {
        return core::failure(
            core::ErrorKind::invalid,
            "the connector of integration " + key.id + " cannot read all of the platform's records"
        );
    }
    if (!can->front().at("knows").as_bool()) {
        return core::failure(
            core::ErrorKind::invalid,
            text_of(can->front(), "slug") + " has no object " + wish.object.value_or("")
        );
    }
    const auto asked = session.query(
        kAsk,
        {key.tenant_id,
         key.id,
         wish.is_first ? "first" : "reconcile",
         wish.object,
         wish.asked_by,
         wish.repair.share ? std::optional(std::to_string(*wish.repair.share)) : std::nullopt,
         wish.repair.most ? std::optional(std::to_string(*wish.repair.most)) : std::nullopt,
         wish.dry_run ? "true" : "false",
         std::to_string(wish.patience.count()) + " minutes"}
    );
    if (!asked) {
        return std::unexpected(asked.error());
    }
    const auto& answer = asked->front();
    if (const auto* id = answer.if_contains("id")) {
        return id->as_int64();
    }
    if (const auto* open = answer.if_contains("open")) {
        return core::failure(
            core::ErrorKind::conflict,
            "plan " + std::to_string(open->as_int64()) + " of integration " + key.id +
                " stands already; see: navettectl plan show " + std::to_string(open->as_int64())
        );
    }
    return core::failure(core::ErrorKind::not_found, "integration " + key.id + " is gone");
}

core::Result<Records> list_comparisons(
    AdminSession& session, const ComparisonFilter& filter, std::int64_t before, int limit
) {
    return session.query(
        kList, {filter.tenant, filter.integration, filter.kind, std::to_string(before), std::to_string(limit)}
    );
}

core::Result<Record> find_comparison(
    AdminSession& session, std::int64_t id, const std::optional<std::string>& tenant, int samples
) {
    auto found = session.query(kFind, {std::to_string(id), tenant, std::to_string(samples)});
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->empty()) {
        return none(id);
    }
    auto& record = found->front();
    for (auto& sample : record.at("samples").as_array()) {
        sample.as_object().erase("n");
    }
    return std::move(record);
}

core::Result<void> decide_on_comparison(
    AdminSession& session,
    std::int64_t id,
    const std::optional<std::string>& tenant,
    Decision decision,
    const std::string& by_whom
) {
    const auto decided = session.query(kDecide, {std::to_string(id), tenant, name_of(decision), by_whom});
    if (!decided) {
        return std::unexpected(decided.error());
    }
    if (decided->empty()) {
        return none(id);
    }
    if (const auto problem = text_of(decided->front(), "problem"); !problem.empty()) {
        return core::failure(core::ErrorKind::conflict, "plan " + std::to_string(id) + " " + problem);
    }
    return {};
}

}  // namespace navette::store
