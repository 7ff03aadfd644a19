#include "daemon/store/admin_integrations.hpp"

#include "daemon/store/admin_queue.hpp"
#include "daemon/store/rows.hpp"

#include <boost/json/serialize.hpp>

namespace navette::store {

namespace json = boost::json;

namespace {

constexpr const char* kList = R"sql(
SELECT row_to_json(r) FROM (
    SELECT i.tenant_id, i.id, i.integration_type AS platform, i.integration_name AS name, i.enabled, i.state,
           i.state_reason, i.config_public AS settings, i.has_secrets,
           i.sync_direction AS direction, i.sync_frequency AS frequency,
           navette.iso(l.flushed_at) AS last_flush_at, navette.iso(i.sync_requested_at) AS sync_requested_at, i.max_retries,
           i.sync_rules, navette.iso(i.last_sync_at) AS last_sync_at, i.last_sync_status, i.last_sync_error,
           navette.iso(i.failing_since) AS failing_since, n.name AS node, i.version, navette.iso(i.created_at) AS created_at, navette.iso(i.updated_at) AS updated_at,
           i.created_by
    FROM navette.tenant_integrations i
    LEFT JOIN navette.leases l ON l.tenant_id = i.tenant_id AND l.integration_id = i.id
    LEFT JOIN navette.nodes n ON n.node_id = l.node_id AND n.expires_at > clock_timestamp()
    WHERE ($1::text IS NULL OR i.tenant_id = $1) AND ($2::text IS NULL OR i.id = $2)
    ORDER BY i.tenant_id, i.id
) r
)sql";

constexpr const char* kSealed = R"sql(
SELECT json_build_object('sealed', encode(config_encrypted, 'hex'), 'tokens', encode(oauth_encrypted, 'hex'),
                         'oauth_version', oauth_version)
FROM navette.tenant_integrations WHERE tenant_id = $1 AND id = $2
)sql";

// Ids are the tenants' own in the tables, but a daemon knows its integrations by id alone.
constexpr const char* kAdd = R"sql(
WITH added AS (
    INSERT INTO navette.tenant_integrations (tenant_id, id, integration_type, integration_name, enabled, config_public,
                                             config_encrypted, sync_direction, sync_frequency, max_retries, created_by,
                                             sync_rules, state, state_reason)
    SELECT $1, $2, $3, $4, $5::boolean, $6::jsonb, $7::bytea, $8, $9, $10::smallint, $11, $12::jsonb,
           CASE WHEN $13::boolean THEN 'paused' ELSE 'active' END,
           CASE WHEN $13::boolean THEN 'waits for its plan: navettectl plan create ' || $2::text END
    WHERE NOT EXISTS (SELECT FROM navette.tenant_integrations t WHERE t.id = $2)
    RETURNING id
)
SELECT json_build_object('id', id), pg_notify('navette_wake', 'integrations') FROM added
)sql";

// The version is raised even where nothing else changes: an administrator who says "set" wants the owner to
// look again.
constexpr const char* kChange = R"sql(
WITH changed AS (
    UPDATE navette.tenant_integrations
    SET integration_name = $3, config_public = $4::jsonb, config_encrypted = $5::bytea, sync_direction = $6,
        sync_frequency = $7, max_retries = $8::smallint, sync_rules = $10::jsonb, version = version + 1, updated_at = now(),
        state = CASE state WHEN 'paused' THEN state ELSE 'active' END,
        state_reason = CASE state WHEN 'paused' THEN state_reason END
    WHERE tenant_id = $1 AND id = $2 AND version = $9::bigint
    RETURNING id
)
SELECT json_build_object('id', id), pg_notify('navette_wake', 'integrations') FROM changed
)sql";

// One that waits for its plan goes on waiting.
constexpr const char* kEnable = R"sql(
WITH changed AS (
    UPDATE navette.tenant_integrations
    SET enabled = $3::boolean,
        state = CASE WHEN $3::boolean AND (state <> 'paused' OR $4::boolean) THEN 'active' ELSE state END,
        state_reason = CASE WHEN $3::boolean AND (state <> 'paused' OR $4::boolean) THEN NULL ELSE state_reason END
    WHERE tenant_id = $1 AND id = $2
    RETURNING id
)
SELECT json_build_object('id', id), pg_notify('navette_wake', 'integrations') FROM changed
)sql";

// The version is raised because only that makes the owner read the row again. The later of two requests at
// one moment must be told from the earlier, which may be answered already.
constexpr const char* kRequestSync = R"sql(
WITH changed AS (
    UPDATE navette.tenant_integrations
    SET sync_requested_at = greatest(clock_timestamp(), sync_requested_at + interval '1 microsecond'), version = version + 1
    WHERE tenant_id = $1 AND id = $2
    RETURNING sync_requested_at
)
SELECT json_build_object('requested_at', navette.iso(sync_requested_at)), pg_notify('navette_wake', 'integrations') FROM changed
)sql";

// The lease's row stays: its epoch must go on counting, should an integration of this id be added again.
constexpr const char* kRemove = R"sql(
WITH links AS (
    SELECT count(*) AS n FROM navette.record_links WHERE tenant_id = $1 AND integration_id = $2
), gone AS (
    DELETE FROM navette.tenant_integrations
    WHERE tenant_id = $1 AND id = $2 AND ($3::bigint IS NULL OR version = $3) RETURNING tenant_id, id
), jobs AS (
    DELETE FROM navette.sync_queue q USING gone g WHERE q.tenant_id = g.tenant_id AND q.integration_id = g.id RETURNING q.*
), logged AS (
    INSERT INTO navette.sync_logs (tenant_id, integration_id, job_id, direction, event_type, entity_type, entity_id, status, final,
                                   attempt, started_at, duration_ms, external_id)
    SELECT tenant_id, integration_id, id, direction, event_type, entity_type, entity_id, 'cancelled', true, attempts + 1, now(), 0,
           external_id
    FROM jobs
), marks AS (
    DELETE FROM navette.in_flight f USING gone g WHERE f.tenant_id = g.tenant_id AND f.integration_id = g.id
)
SELECT json_build_object('id', id, 'jobs', (SELECT count(*) FROM jobs), 'links', (SELECT n FROM links)),
       pg_notify('navette_wake', 'integrations')
FROM gone
)sql";

constexpr const char* kPlatforms = R"sql(
SELECT row_to_json(r) FROM (
    SELECT 'int_' || a.slug AS id, a.name, a.slug, a.category, a.description, NULL AS logo_url, a.auth_type, a.oauth_scopes,
           a.config_fields, a.capabilities, a.supported_objects, a.supported_events,
           (a.supported_objects && '{contact,customer,lead}')::integer AS supports_contacts,
           (a.supported_objects && '{deal,opportunity}')::integer AS supports_deals,
           (a.supported_objects && '{product}')::integer AS supports_products,
           (a.supported_objects && '{order}')::integer AS supports_orders,
           ('webhooks' = ANY (a.capabilities))::integer AS supports_webhooks, 0 AS beta
    FROM navette.available_integrations a
    WHERE a.enabled
    ORDER BY a.category, a.name
) r
)sql";

constexpr const char* kConnected = R"sql(
SELECT row_to_json(r) FROM (
    SELECT i.id, i.tenant_id, i.integration_type, i.integration_name, i.enabled, i.state, i.state_reason, i.config_public,
           i.has_secrets, i.sync_direction, i.sync_frequency, i.max_retries, i.sync_rules, navette.iso(i.last_sync_at) AS last_sync_at,
           i.last_sync_status, i.last_sync_error, navette.iso(i.sync_requested_at) AS sync_requested_at, i.version,
           navette.iso(i.created_at) AS created_at, navette.iso(i.updated_at) AS updated_at, i.created_by,
           a.name AS platform_name, a.slug AS platform_slug, NULL AS logo_url, a.category, a.auth_type,
           to_char(i.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at_exact
    FROM navette.tenant_integrations i
    LEFT JOIN navette.available_integrations a ON a.slug = i.integration_type
    WHERE ($1::text IS NULL OR i.tenant_id = $1) AND ($2::text IS NULL OR i.id = $2)
      AND ($3::timestamptz IS NULL OR (i.created_at, i.id) < ($3, $4))
    ORDER BY i.created_at DESC, i.id DESC
    LIMIT $5::bigint
) r
)sql";

constexpr const char* kJobsOfRecord = R"sql(
SELECT json_build_object('id', q.id) FROM navette.sync_queue q
WHERE q.status = 'failed' AND q.tenant_id = $1 AND q.integration_id = $2 AND q.entity_type = $3 AND q.entity_id = $4
UNION ALL
SELECT json_build_object('id', q.id) FROM navette.sync_queue q
WHERE q.status = 'pending' AND navette.record_key(q.integration_id, q.entity_id) = navette.record_key($2, $4)
  AND q.tenant_id = $1 AND q.integration_id = $2 AND q.entity_type = $3 AND q.entity_id = $4
)sql";

std::string from_hex(std::string_view hex) {
    const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        bytes += static_cast<char>(digit(hex[at]) << 4U | digit(hex[at + 1]));
    }
    return bytes;
}

SyncDirection direction_of(std::string_view text) {
    if (text == "to_platform") {
        return SyncDirection::to_platform;
    }
    return text == "from_platform" ? SyncDirection::from_platform : SyncDirection::bidirectional;
}

std::string name_of(SyncDirection direction) {
    switch (direction) {
        case SyncDirection::to_platform:
            return "to_platform";
        case SyncDirection::from_platform:
            return "from_platform";
        case SyncDirection::bidirectional:
            break;
    }
    return "bidirectional";
}

std::optional<std::string> sealed_parameter(const IntegrationRow& row) {
    return row.sealed_secrets.empty() ? std::nullopt : std::optional(bytea_literal(row.sealed_secrets));
}

std::optional<std::string> retries_parameter(const IntegrationRow& row) {
    return row.max_retries ? std::optional(std::to_string(*row.max_retries)) : std::nullopt;
}

std::string named(const IntegrationKey& key) {
    return "integration " + key.id + " of tenant " + key.tenant_id;
}

}  // namespace

core::Result<Records> list_integrations(AdminSession& session, const std::optional<std::string>& tenant) {
    return session.query(kList, {tenant, std::nullopt});
}

core::Result<KnownIntegration> find_integration(
    AdminSession& session, const std::string& id, const std::optional<std::string>& tenant
) {
    auto found = session.query(kList, {tenant, id});
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->empty()) {
        return core::failure(
            core::ErrorKind::not_found,
            "there is no integration " + id + (tenant ? " of tenant " + *tenant : "") +
                "; see: navettectl integration list"
        );
    }
    if (found->size() > 1) {
        std::string tenants;
        for (const auto& record : *found) {
            tenants += (tenants.empty() ? "" : ", ") + text_of(record, "tenant_id");
        }
        return core::failure(
            core::ErrorKind::conflict,
            "several tenants have an integration " + id + ", name one with --tenant: " + tenants
        );
    }
    KnownIntegration known;
    known.record = std::move(found->front());
    auto& row = known.row;
    row.key = IntegrationKey(text_of(known.record, "tenant_id"), text_of(known.record, "id"));
    row.slug = text_of(known.record, "platform");
    row.name = text_of(known.record, "name");
    row.state = text_of(known.record, "state");
    row.settings = known.record.at("settings").as_object();
    row.direction = direction_of(text_of(known.record, "direction"));
    row.frequency = text_of(known.record, "frequency");
    row.sync_rules = known.record.at("sync_rules").as_object();
    if (const auto& retries = known.record.at("max_retries"); retries.is_int64()) {
        row.max_retries = static_cast<int>(retries.as_int64());
    }
    row.version = known.record.at("version").as_int64();
    const auto mappings = session.query(
        "SELECT json_build_object('rules', navette.own_mappings($1, $2))", {row.key.tenant_id, row.key.id}
    );
    if (!mappings) {
        return std::unexpected(mappings.error());
    }
    row.mappings = config::read_tenant_rules(mappings->front().at("rules").as_array());
    // A session that is bound to a tenant has seen by now that the integration is that tenant's.
    const Unbound unbound(session);
    const auto sealed = session.query(kSealed, {row.key.tenant_id, row.key.id});
    if (!sealed) {
        return std::unexpected(sealed.error());
    }
    if (!sealed->empty()) {
        row.sealed_secrets = from_hex(text_of(sealed->front(), "sealed"));
        row.sealed_tokens = from_hex(text_of(sealed->front(), "tokens"));
        row.oauth_version = sealed->front().at("oauth_version").as_int64();
    }
    return known;
}

core::Result<void> add_integration(AdminSession& session, const IntegrationPlan& plan) {
    const auto& row = plan.row;
    const auto added = session.query(
        kAdd,
        {row.key.tenant_id,
         row.key.id,
         row.slug,
         row.name,
         plan.enabled ? "true" : "false",
         json::serialize(row.settings),
         sealed_parameter(row),
         name_of(row.direction),
         row.frequency,
         retries_parameter(row),
         plan.created_by,
         json::serialize(row.sync_rules),
         plan.plan_first ? "true" : "false"}
    );
    if (!added) {
        return std::unexpected(added.error());
    }
    if (added->empty()) {
        return core::failure(
            core::ErrorKind::conflict,
            "there is an integration " + row.key.id +
                " already; choose another --id, or change that one with: navettectl integration set"
        );
    }
    return {};
}

core::Result<void> change_integration(AdminSession& session, const IntegrationPlan& plan) {
    const auto& row = plan.row;
    const auto changed = session.query(
        kChange,
        {row.key.tenant_id,
         row.key.id,
         row.name,
         json::serialize(row.settings),
         sealed_parameter(row),
         name_of(row.direction),
         row.frequency,
         retries_parameter(row),
         std::to_string(row.version),
         json::serialize(row.sync_rules)}
    );
    if (!changed) {
        return std::unexpected(changed.error());
    }
    if (changed->empty()) {
        return core::failure(
            core::ErrorKind::conflict,
            named(row.key) + " was changed by somebody else at the same moment; try again"
        );
    }
    return {};
}

core::Result<void> set_integration_enabled(
    AdminSession& session, const IntegrationKey& key, bool enabled, bool without_plan
) {
    const auto changed = session.query(
        kEnable, {key.tenant_id, key.id, enabled ? "true" : "false", without_plan ? "true" : "false"}
    );
    if (!changed) {
        return std::unexpected(changed.error());
    }
    if (changed->empty()) {
        return core::failure(core::ErrorKind::not_found, named(key) + " is gone");
    }
    return {};
}

core::Result<Record> request_sync(AdminSession& session, const IntegrationKey& key) {
    auto requested = session.query(kRequestSync, {key.tenant_id, key.id});
    if (!requested) {
        return std::unexpected(requested.error());
    }
    if (requested->empty()) {
        return core::failure(core::ErrorKind::not_found, named(key) + " is gone");
    }
    return std::move(requested->front());
}

core::Result<Record> remove_integration(
    AdminSession& session, const IntegrationKey& key, std::optional<std::int64_t> version
) {
    auto removed = session.query(
        kRemove, {key.tenant_id, key.id, version ? std::optional(std::to_string(*version)) : std::nullopt}
    );
    if (!removed) {
        return std::unexpected(removed.error());
    }
    if (removed->empty() && version) {
        return core::failure(
            core::ErrorKind::conflict,
            named(key) + " was changed by somebody else at the same moment; try again"
        );
    }
    if (removed->empty()) {
        return core::failure(core::ErrorKind::not_found, named(key) + " is gone");
    }
    return std::move(removed->front());
}

core::Result<Records> list_platforms(AdminSession& session) {
    return session.query(kPlatforms);
}

core::Result<Records> list_connected(
    AdminSession& session,
    const std::optional<std::string>& tenant,
    const std::optional<std::string>& id,
    const std::optional<IntegrationPlace>& after,
    int limit
) {
    return session.query(
        kConnected,
        {tenant,
         id,
         after ? std::optional(after->created_at) : std::nullopt,
         after ? std::optional(after->id) : std::nullopt,
         std::to_string(limit)}
    );
}

core::Result<std::int64_t> retry_record(
    AdminSession& session,
    const IntegrationKey& key,
    const std::string& entity_type,
    const std::string& entity_id
) {
    const auto jobs = session.query(kJobsOfRecord, {key.tenant_id, key.id, entity_type, entity_id});
    if (!jobs) {
        return std::unexpected(jobs.error());
    }
    std::vector<std::int64_t> ids;
    for (const auto& job : *jobs) {
        ids.push_back(job.at("id").as_int64());
    }
    if (ids.empty()) {
        return 0;
    }
    const auto retried = retry_jobs(session, ids, key.tenant_id, std::chrono::microseconds(0));
    if (!retried) {
        return std::unexpected(retried.error());
    }
    std::int64_t due = 0;
    for (const auto& some : *retried) {
        due += some.at("jobs").as_int64();
    }
    return due;
}

}  // namespace navette::store
