#include "daemon/store/admin_pulls.hpp"

namespace navette::store {

namespace {

constexpr const char* kList = R"sql(
SELECT row_to_json(r) FROM (
    SELECT p.object, navette.iso(p.next_at) AS next_at, navette.iso(p.last_success_at) AS last_success_at,
           navette.iso(p.last_change_at) AS last_change_at, p.failures, p.last_error, p.pages, p.records, p.changes, p.asked,
           p.answered
    FROM navette.pulls p WHERE p.tenant_id = $1 AND p.integration_id = $2
    ORDER BY p.object
) r
)sql";

// What failed before says nothing of the pull that is asked for.
constexpr const char* kRequest = R"sql(
WITH asked AS (
    INSERT INTO navette.pulls AS p (tenant_id, integration_id, object, asked)
    SELECT i.tenant_id, i.id, o.object, 1
    FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
    CROSS JOIN LATERAL unnest(a.supported_objects) AS o (object)
    WHERE i.tenant_id = $1 AND i.id = $2 AND 'pull' = ANY (a.capabilities) AND ($3::text IS NULL OR o.object = $3)
    ON CONFLICT (tenant_id, integration_id, object) DO UPDATE
    SET asked = p.asked + 1, next_at = now(), failures = 0, last_error = NULL,
        cursor = CASE WHEN $4::boolean THEN 'null' ELSE p.cursor END, generation = p.generation + $4::boolean::integer,
        is_full = p.is_full OR $4::boolean, began_for = CASE WHEN NOT $4::boolean THEN p.began_for END
    RETURNING object, asked
)
SELECT row_to_json(a), pg_notify('navette_wake', 'pull:' || $2) FROM asked a
)sql";

constexpr const char* kFindCheck = R"sql(
SELECT row_to_json(r) FROM (
    SELECT c.address, navette.iso(c.checked_at) AS checked_at, navette.iso(c.next_at) AS next_at, c.failures, c.last_error,
           navette.iso(c.silent_since) AS silent_since, c.asked, c.answered,
           (SELECT coalesce(json_agg(json_build_object('topic', s.topic, 'state', s.state, 'remote_id', s.remote_id,
                                                       'sentence', s.sentence, 'since', navette.iso(s.since))
                                     ORDER BY s.topic), '[]')
            FROM navette.webhook_subscriptions s
            WHERE s.tenant_id = c.tenant_id AND s.integration_id = c.integration_id) AS subscriptions
    FROM navette.webhook_checks c WHERE c.tenant_id = $1 AND c.integration_id = $2
) r
)sql";

constexpr const char* kRequestCheck = R"sql(
WITH asked AS (
    INSERT INTO navette.webhook_checks AS c (tenant_id, integration_id, asked, asked_repair)
    SELECT i.tenant_id, i.id, 1, $3::boolean
    FROM navette.tenant_integrations i JOIN navette.available_integrations a ON a.slug = i.integration_type
    WHERE i.tenant_id = $1 AND i.id = $2 AND 'subscriptions' = ANY (a.capabilities)
    ON CONFLICT (tenant_id, integration_id) DO UPDATE SET asked = c.asked + 1, asked_repair = excluded.asked_repair
    RETURNING asked
)
SELECT row_to_json(a), pg_notify('navette_wake', 'webhooks:' || $2) FROM asked a
)sql";

core::Result<std::optional<Record>> first_of(core::Result<Records> rows) {
    if (!rows) {
        return std::unexpected(rows.error());
    }
    return rows->empty() ? std::optional<Record>() : std::optional(std::move(rows->front()));
}

}  // namespace

core::Result<Records> list_pulls(AdminSession& session, const IntegrationKey& key) {
    return session.query(kList, {key.tenant_id, key.id});
}

core::Result<Records> request_pull(
    AdminSession& session,
    const IntegrationKey& key,
    const std::optional<std::string>& object,
    bool from_start
) {
    return session.query(kRequest, {key.tenant_id, key.id, object, from_start ? "true" : "false"});
}

core::Result<std::optional<Record>> find_webhook_check(AdminSession& session, const IntegrationKey& key) {
    return first_of(session.query(kFindCheck, {key.tenant_id, key.id}));
}

core::Result<std::optional<Record>> request_webhook_check(
    AdminSession& session, const IntegrationKey& key, bool repair
) {
    return first_of(session.query(kRequestCheck, {key.tenant_id, key.id, repair ? "true" : "false"}));
}

}  // namespace navette::store
