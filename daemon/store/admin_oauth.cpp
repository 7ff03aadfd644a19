#include "daemon/store/admin_oauth.hpp"

#include "daemon/store/rows.hpp"

namespace navette::store {

namespace {

constexpr const char* kSave = R"sql(
WITH old AS (
    DELETE FROM navette.oauth_states WHERE expires_at < clock_timestamp()
)
INSERT INTO navette.oauth_states (state_hash, tenant_id, integration_id, sealed_verifier, redirect_uri, expires_at)
VALUES ($1::bytea, $2, $3, $4::bytea, $5, clock_timestamp() + $6::bigint * interval '1 second')
RETURNING json_build_object('id', integration_id)
)sql";

constexpr const char* kTake = R"sql(
WITH taken AS (
    DELETE FROM navette.oauth_states WHERE state_hash = $1::bytea RETURNING *
)
SELECT json_build_object('tenant_id', tenant_id, 'id', integration_id, 'verifier', encode(sealed_verifier, 'hex'),
                         'redirect_uri', redirect_uri)
FROM taken WHERE expires_at > clock_timestamp()
)sql";

constexpr const char* kConsent = R"sql(
WITH changed AS (
    UPDATE navette.tenant_integrations
    SET oauth_encrypted = $3::bytea, oauth_version = oauth_version + 1, oauth_spent_at = NULL, oauth_spent_epoch = NULL,
        oauth_expires_at = to_timestamp(0) + $4::bigint * interval '1 second', version = version + 1, updated_at = now(),
        state = CASE WHEN state IN ('needs_reauth', 'error') THEN 'active' ELSE state END,
        state_reason = CASE WHEN state IN ('needs_reauth', 'error') THEN NULL ELSE state_reason END
    WHERE tenant_id = $1 AND id = $2
    RETURNING id
)
SELECT json_build_object('id', id), pg_notify('navette_wake', 'integrations') FROM changed
)sql";

std::string from_hex(std::string_view hex) {
    const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
    std::string bytes;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        bytes += static_cast<char>(digit(hex[at]) << 4U | digit(hex[at + 1]));
    }
    return bytes;
}

}  // namespace

core::Result<void> save_consent_state(
    AdminSession& session, const std::string& state_hash, const ConsentState& state, std::chrono::seconds life
) {
    const auto saved = session.query(
        kSave,
        {bytea_literal(state_hash),
         state.key.tenant_id,
         state.key.id,
         state.sealed_verifier.empty() ? std::nullopt : std::optional(bytea_literal(state.sealed_verifier)),
         state.redirect_uri,
         std::to_string(life.count())}
    );
    if (!saved) {
        return std::unexpected(saved.error());
    }
    return {};
}

core::Result<std::optional<ConsentState>> take_consent_state(
    AdminSession& session, const std::string& state_hash
) {
    const auto taken = session.query(kTake, {bytea_literal(state_hash)});
    if (!taken) {
        return std::unexpected(taken.error());
    }
    if (taken->empty()) {
        return std::nullopt;
    }
    const auto& record = taken->front();
    ConsentState state;
    state.key = IntegrationKey(text_of(record, "tenant_id"), text_of(record, "id"));
    state.sealed_verifier = from_hex(text_of(record, "verifier"));
    state.redirect_uri = text_of(record, "redirect_uri");
    return state;
}

core::Result<void> store_consent(
    AdminSession& session,
    const IntegrationKey& key,
    const std::string& sealed_tokens,
    std::optional<std::chrono::system_clock::time_point> expires_at
) {
    std::optional<std::string> seconds;
    if (expires_at) {
        seconds = std::to_string(
            std::chrono::duration_cast<std::chrono::seconds>(expires_at->time_since_epoch()).count()
        );
    }
    const auto changed =
        session.query(kConsent, {key.tenant_id, key.id, bytea_literal(sealed_tokens), seconds});
    if (!changed) {
        return std::unexpected(changed.error());
    }
    if (changed->empty()) {
        return core::failure(core::ErrorKind::not_found, "integration " + key.id + " is gone");
    }
    return {};
}

}  // namespace navette::store
