// The requests that OAuth consists of, and what their answers mean (RFC 6749, 7523, 7636). Pure.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/core/error.hpp"
#include "daemon/engine/oauth_tokens.hpp"
#include "daemon/outbound/http_client.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <expected>
#include <map>
#include <optional>
#include <string>

namespace navette::engine {

/// Why there are no tokens.
struct TokenTrouble {
    enum class Kind {
        needs_consent,  // the grant is gone: a person must authorise again
        misconfigured,  // the platform refuses the client: id, secret or grant are wrong
        passing,        // try again; nothing was spent
        lost,           // no usable answer came, and the platform may have carried it out
    };

    TokenTrouble() = default;
    TokenTrouble(Kind what, std::string text) : kind(what), sentence(std::move(text)) {}

    Kind kind = Kind::passing;
    std::string sentence;  // for a person; holds no secret
    std::optional<std::chrono::milliseconds> retry_after;
};

/// A platform's client as one integration knows it: the manifest's words with the tenant's values.
struct OAuthClient {
    std::string authorize_url;
    std::string token_url;
    std::string id;
    std::string secret;  // empty: a public client
    std::string subject;
    std::string audience;
    std::string key;
};

/// Fails with a sentence that names the missing field.
[[nodiscard]] core::Result<OAuthClient> client_of(
    const config::OAuthSpec& spec,
    const boost::json::object& settings,
    const std::map<std::string, std::string>& secrets
);

/// Where the browser is sent. `verifier` is PKCE's; it is left out where the platform knows none.
[[nodiscard]] std::string authorize_address(
    const config::OAuthSpec& spec,
    const OAuthClient& client,
    const std::string& redirect_uri,
    const std::string& state,
    const std::string& verifier
);

/// The exchange of a code for tokens.
[[nodiscard]] outbound::WireRequest code_request(
    const config::OAuthSpec& spec,
    const OAuthClient& client,
    const std::string& code,
    const std::string& redirect_uri,
    const std::string& verifier
);

/// The request that renews tokens in that way, which is not `none`. Fails where the private key of an
/// assertion cannot be used.
[[nodiscard]] core::Result<outbound::WireRequest> renewal_request(
    const config::OAuthSpec& spec,
    const OAuthClient& client,
    RenewalWay way,
    const std::string& refresh_token,
    OAuthTokens::Time now
);

/// What the answer came to. `before`: the tokens that are being renewed, whose refresh token and API address
/// hold on where the answer has none.
[[nodiscard]] std::expected<OAuthTokens, TokenTrouble> read_token_answer(
    const config::OAuthSpec& spec,
    const sdk::HttpResult& answer,
    const std::optional<OAuthTokens>& before,
    OAuthTokens::Time now
);

/// `base_url` at the address that the token's answer named: its path stays.
[[nodiscard]] std::string at_api_base(const std::string& base_url, const std::string& api_base);

}  // namespace navette::engine
