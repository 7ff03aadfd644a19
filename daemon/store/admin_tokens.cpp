#include "daemon/store/admin_tokens.hpp"

#include "daemon/secrets/token.hpp"

namespace navette::store {

namespace {

constexpr const char* kIssue = R"sql(
INSERT INTO navette.api_tokens (id, tenant_id, scope, name, token_hash, expires_at, created_by)
VALUES ($1, $2, $3, $4, decode($5, 'hex'), $6::timestamptz, $7)
RETURNING json_build_object('id', id)
)sql";

constexpr const char* kList = R"sql(
SELECT row_to_json(r) FROM (
    SELECT t.id, t.tenant_id, t.name, t.scope,
           CASE WHEN t.revoked_at IS NOT NULL THEN 'revoked' WHEN t.expires_at <= now() THEN 'expired' ELSE 'active' END AS state,
           t.created_by, to_char(t.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS created_at,
           navette.iso(t.expires_at) AS expires_at, navette.iso(t.last_used_at) AS last_used_at,
           navette.iso(t.revoked_at) AS revoked_at
    FROM navette.api_tokens t
    WHERE ($1::text IS NULL OR t.tenant_id = $1) AND ($2::text IS NULL OR t.id = $2)
      AND ($3::boolean OR t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now()))
      AND ($4::timestamptz IS NULL OR (t.created_at, t.id) < ($4::timestamptz, $5))
    ORDER BY t.created_at DESC, t.id DESC
    LIMIT $6::integer
) r
)sql";

constexpr const char* kRevoke = R"sql(
UPDATE navette.api_tokens SET revoked_at = now()
WHERE id = $1 AND ($2::text IS NULL OR tenant_id = $2) AND revoked_at IS NULL
RETURNING json_build_object('id', id)
)sql";

constexpr const char* kCheck = R"sql(
SELECT json_build_object('tenant_id', tenant_id, 'scope', scope, 'hash', encode(token_hash, 'hex'),
                         'seconds_left', extract(epoch FROM expires_at - clock_timestamp())::float8,
                         'stale', last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')
FROM navette.api_tokens
WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())
)sql";

constexpr const char* kTouch = R"sql(
UPDATE navette.api_tokens SET last_used_at = clock_timestamp()
WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')
RETURNING json_build_object('id', id)
)sql";

std::unexpected<core::Error> no_token(const std::string& id) {
    return core::failure(core::ErrorKind::not_found, "there is no token " + id);
}

core::Result<void> check_plan(const TokenPlan& plan) {
    const auto wrong = [](std::string why) {
        return core::failure(core::ErrorKind::invalid, std::move(why));
    };
    if (plan.tenant.empty() && plan.scope != "admin" && plan.scope != "read") {
        return wrong(
            "scope: a token of administration has the scope admin or read, not '" + plan.scope + "'"
        );
    }
    if (!plan.tenant.empty() && plan.scope != "write" && plan.scope != "read") {
        return wrong("scope: a tenant's token has the scope write or read, not '" + plan.scope + "'");
    }
    return {};
}

}  // namespace

core::Result<IssuedToken> issue_token(AdminSession& session, const TokenPlan& plan) {
    if (auto fits = check_plan(plan); !fits) {
        return std::unexpected(fits.error());
    }
    const auto token = secrets::generate_token();
    const auto written = session.query(
        kIssue,
        {token.id,
         plan.tenant,
         plan.scope,
         plan.name,
         secrets::token_hash(token.text),
         plan.expires_at,
         plan.created_by}
    );
    if (!written) {
        return std::unexpected(written.error());
    }
    auto record = find_token(session, token.id, plan.tenant);
    if (!record) {
        return std::unexpected(record.error());
    }
    IssuedToken issued;
    issued.text = token.text;
    issued.record = std::move(*record);
    return issued;
}

core::Result<Records> list_tokens(AdminSession& session, const TokenFilter& filter) {
    return session.query(
        kList,
        {filter.tenant,
         std::nullopt,
         filter.with_ended ? "true" : "false",
         filter.after_created_at,
         filter.after_id,
         filter.limit ? std::optional(std::to_string(*filter.limit)) : std::nullopt}
    );
}

core::Result<Record> find_token(
    AdminSession& session, const std::string& id, const std::optional<std::string>& tenant
) {
    auto found = session.query(kList, {tenant, id, "true", std::nullopt, std::nullopt, std::nullopt});
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->empty()) {
        return no_token(id);
    }
    return std::move(found->front());
}

core::Result<Record> revoke_token(
    AdminSession& session, const std::string& id, const std::optional<std::string>& tenant
) {
    if (const auto revoked = session.query(kRevoke, {id, tenant}); !revoked) {
        return std::unexpected(revoked.error());
    }
    return find_token(session, id, tenant);
}

core::Result<std::optional<TokenHolder>> check_token(AdminSession& session, const std::string& text) {
    const auto id = secrets::token_id_of(text);
    if (!id) {
        return std::nullopt;
    }
    const auto found = session.query(kCheck, {*id});
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->empty() ||
        !secrets::equal_hashes(text_of(found->front(), "hash"), secrets::token_hash(text))) {
        return std::nullopt;
    }
    const auto& row = found->front();
    if (row.at("stale").as_bool()) {
        // Whether it can be noted decides nothing.
        (void)session.query(kTouch, {*id});
    }
    TokenHolder holder;
    holder.id = *id;
    holder.tenant = text_of(row, "tenant_id");
    holder.scope = text_of(row, "scope");
    if (const auto& left = row.at("seconds_left"); !left.is_null()) {
        holder.seconds_left = left.to_number<double>();
    }
    return holder;
}

}  // namespace navette::store
