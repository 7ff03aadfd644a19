// An integration's OAuth tokens, and when they are renewed. Pure.
#pragma once

#include "daemon/config/auth_spec.hpp"
#include "daemon/core/error.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace navette::engine {

struct OAuthTokens {
    using Time = std::chrono::system_clock::time_point;

    std::string access_token;
    std::string refresh_token;  // empty: none was given
    std::string api_base;       // what base_url_from named; empty: the manifest's base_url holds
    Time obtained_at;
    std::optional<Time> expires_at;  // none: the platform does not say
    /// authorization_code: a person consented, then or at first; client_credentials or jwt_bearer: nobody was
    /// asked. None: tokens of an earlier version, which did not note it.
    std::optional<config::OAuthSpec::Grant> got_by;

    bool operator==(const OAuthTokens&) const = default;
};

/// As they are sealed: a JSON object.
[[nodiscard]] std::string encode_tokens(const OAuthTokens& tokens);
[[nodiscard]] core::Result<OAuthTokens> decode_tokens(std::string_view text);

/// How new tokens are got without a person.
enum class RenewalWay { none, refresh_token, client_credentials, jwt_bearer };

/// Whether these are tokens as this client gets them: not where they were got for another identity that the
/// integration had before.
[[nodiscard]] bool belong_to(const config::OAuthSpec& spec, const OAuthTokens& tokens);

/// Whether a person may have consented to them.
[[nodiscard]] bool may_be_consented(const OAuthTokens& tokens);

/// By which grant that renewal gets tokens, as they note it. `way` is not `none`.
[[nodiscard]] config::OAuthSpec::Grant grant_of(RenewalWay way);

/// Tokens that a person consented to are renewed by their refresh token and in no other way: another grant
/// would act for somebody else.
[[nodiscard]] RenewalWay way_to_renew(
    const config::OAuthSpec& spec, const std::optional<OAuthTokens>& tokens
);

/// From when on the tokens are to be renewed: a fifth of their life before its end, at most 5 minutes. Tokens
/// without a known end are renewed every 7 days where they have a refresh token, since platforms drop one
/// that nobody uses for a month; else never.
[[nodiscard]] std::optional<OAuthTokens::Time> renewal_moment(const OAuthTokens& tokens);

/// Whether the access token is over by the clock.
[[nodiscard]] bool has_expired(const OAuthTokens& tokens, OAuthTokens::Time now);

/// How long to wait after so many failures in a row, `random` in [0, 1): 1 s doubling to 1 min, half of it
/// random.
[[nodiscard]] std::chrono::milliseconds renewal_pause(int failures, double random);

}  // namespace navette::engine
