#include "daemon/store/admin_webhooks.hpp"

namespace navette::store {

namespace {

constexpr const char* kColumns = R"sql(
    w.id, w.tenant_id, w.integration_id, w.source_platform, w.event_type, w.deduplication_key, w.request_method, w.request_ip,
    w.verified, w.processing_status, w.processing_error, w.external_id, navette.iso(w.received_at) AS received_at,
    navette.iso(w.processed_at) AS processed_at
)sql";

}  // namespace

core::Result<Records> list_webhooks(
    AdminSession& session, const WebhookFilter& filter, std::int64_t before, int limit
) {
    return session.query(
        std::string("SELECT row_to_json(r) FROM (SELECT ") + kColumns + R"sql(
    FROM navette.webhook_logs w
    WHERE ($1::text IS NULL OR w.tenant_id = $1) AND ($2::text IS NULL OR w.integration_id = $2)
      AND ($3::text IS NULL OR w.source_platform = $3)
      AND ($4::text IS NULL OR w.event_type = $4 OR right($4, 2) = '.*' AND starts_with(w.event_type, left($4, -1)))
      AND ($5::text IS NULL OR w.processing_status = $5) AND ($6::boolean IS NULL OR w.verified = $6)
      AND ($7::timestamptz IS NULL OR w.received_at >= $7) AND ($8::timestamptz IS NULL OR w.received_at < $8)
      AND ($9::bigint = 0 OR w.id < $9::bigint)
    ORDER BY w.id DESC LIMIT $10::bigint) r
)sql",
        {filter.tenant,
         filter.integration,
         filter.platform,
         filter.event,
         filter.status,
         filter.verified ? std::optional<std::string>(*filter.verified ? "true" : "false") : std::nullopt,
         filter.since,
         filter.until,
         std::to_string(before),
         std::to_string(limit)}
    );
}

core::Result<Record> find_webhook(
    AdminSession& session, std::int64_t id, const std::optional<std::string>& tenant
) {
    auto found = session.query(
        std::string("SELECT row_to_json(r) FROM (SELECT ") + kColumns +
            ", w.request_headers, w.request_body FROM navette.webhook_logs w "
            "WHERE w.id = $1::bigint AND ($2::text IS NULL OR w.tenant_id = $2) LIMIT 1) r",
        {std::to_string(id), tenant}
    );
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->empty()) {
        return core::failure(core::ErrorKind::not_found, "there is no webhook " + std::to_string(id));
    }
    return std::move(found->front());
}

core::Result<std::int64_t> accept_events_again(
    AdminSession& session,
    std::int64_t webhook,
    const std::string& tenant,
    const std::string& integration,
    const std::string& events
) {
    const auto made = session.query(
        R"sql(
WITH accepted AS MATERIALIZED (
    SELECT navette.accept_events($2, $3, $4::jsonb, true) AS jobs
), noted AS (
    UPDATE navette.webhook_logs w SET processing_status = 'success', processing_error = NULL, processed_at = now()
    FROM accepted WHERE w.id = $1::bigint AND w.tenant_id = $2 AND accepted.jobs > 0
)
SELECT json_build_object('jobs', jobs) FROM accepted
)sql",
        {std::to_string(webhook), tenant, integration, events}
    );
    if (!made) {
        return std::unexpected(made.error());
    }
    return made->front().at("jobs").as_int64();
}

}  // namespace navette::store
