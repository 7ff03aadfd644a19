// API tokens in the database: made, listed, revoked and checked.
#pragma once

#include "daemon/store/admin_session.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace navette::store {

/// What an administrator decides about a new token.
struct TokenPlan {
    std::string tenant;  // empty: a token of administration
    std::string scope;   // "read", "write" (a tenant's only) or "admin" (administration's only)
    std::string name;    // for people
    std::optional<std::string> expires_at;  // ISO 8601; none: it does not expire
    std::string created_by;                 // "navettectl", or the id of the token that made it
};

struct IssuedToken {
    std::string text;  // the secret, which is shown now and never again
    Record record;     // as list_tokens gives it
};

/// Writes a new token. `invalid` where the plan does not fit together, with a sentence.
[[nodiscard]] core::Result<IssuedToken> issue_token(AdminSession& session, const TokenPlan& plan);

struct TokenFilter {
    /// None: everybody's; empty: administration's.
    std::optional<std::string> tenant;
    bool with_ended = true;  // revoked and expired ones too
    /// Begins behind this token in the list's order; both or none.
    std::optional<std::string> after_created_at;
    std::optional<std::string> after_id;
    std::optional<int> limit;
};

/// {id, tenant_id, name, scope, state: active|expired|revoked, created_by, created_at, expires_at,
/// last_used_at, revoked_at}, the newest first. created_at has microseconds, so that it can be a cursor.
[[nodiscard]] core::Result<Records> list_tokens(AdminSession& session, const TokenFilter& filter);

/// One token as list_tokens gives it; `not_found` where there is none, or it is not this tenant's (none:
/// any).
[[nodiscard]] core::Result<Record> find_token(
    AdminSession& session, const std::string& id, const std::optional<std::string>& tenant
);

/// Revokes a token for good and returns it; one that is revoked already stays as it is. `not_found` as above.
[[nodiscard]] core::Result<Record> revoke_token(
    AdminSession& session, const std::string& id, const std::optional<std::string>& tenant
);

/// Whom a token's text belongs to.
struct TokenHolder {
    std::string id;
    std::string tenant;
    std::string scope;
    std::optional<double> seconds_left;  // until it expires
};

/// The holder of a token that is valid now, none for any other text. Notes at most once a minute that it was
/// used; a database that takes no writes does not keep it from being valid.
[[nodiscard]] core::Result<std::optional<TokenHolder>> check_token(
    AdminSession& session, const std::string& text
);

}  // namespace navette::store
