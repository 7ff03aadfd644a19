// How a platform's requests are authenticated, as its manifest declares it.
#pragma once

#include <boost/json/object.hpp>

#include <chrono>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::config {

/// OAuth 2.0 (RFC 6749) as one platform speaks it. URLs are templates over public config fields.
struct OAuthSpec {
    enum class Grant { authorization_code, refresh_token, client_credentials, jwt_bearer };
    /// Where the token request shows the client's secret: in its body, or by HTTP Basic authentication.
    enum class ClientAuth { body, basic };
    enum class BodyForm { form, json };

    std::string authorize_url;
    std::string token_url;
    std::vector<std::string> scopes;
    std::string scope_separator{" "};
    bool pkce = false;          // RFC 7636, S256
    std::string client_id;      // names of config fields
    std::string client_secret;  // empty: a public client
    ClientAuth client_auth = ClientAuth::body;
    BodyForm token_body = BodyForm::form;
    std::vector<Grant> grants;
    std::vector<std::pair<std::string, std::string>> extra;        // more parameters of the authorize URL
    std::vector<std::pair<std::string, std::string>> token_extra;  // and of the exchange of the code
    /// The member of the token's answer that names the API's address; empty: base_url holds.
    std::string base_url_from;
    std::optional<std::chrono::milliseconds> expires_in;  // of an answer that does not say it
    /// Each refresh token is good for one refresh, and its answer holds the next one.
    bool refresh_rotates = false;
    /// How long after its first use the platform takes a spent refresh token once more, for an answer that
    /// was lost. Zero: never.
    std::chrono::milliseconds refresh_grace{0};
    bool callback_hmac = false;  // the callback's query is signed with the client's secret, as Shopify does
    std::string jwt_subject;     // jwt_bearer: the config field with the user's name
    std::string jwt_audience;    // template
    std::string jwt_key;         // the config field with the private key, PEM

    [[nodiscard]] bool allows(Grant grant) const;
};

/// How requests are authenticated. `value` is a template over config fields: "Bearer ${token}".
struct AuthSpec {
    enum class Type { none, api_key, basic, oauth1, oauth2, standard_webhooks };
    enum class Scheme { any, http, https };

    Type type = Type::none;
    Scheme scheme = Scheme::any;  // for a base URL of that scheme only
    std::string header;           // api_key, oauth2: the header's name
    std::string value;            // api_key, oauth2: the header's value; oauth2 knows ${access_token} as well
    std::string username;         // basic: templates
    std::string password;
    std::string consumer_key;  // oauth1: templates; each request is signed, see outbound/oauth1.hpp
    std::string consumer_secret;
    /// standard_webhooks: the config field with the signing secrets; each request is signed, see
    /// outbound/standard_webhooks.hpp
    std::string secret;
    OAuthSpec oauth;
};

/// The first alternative that is for the scheme of `base_url` and whose credentials are there. Without a base
/// URL every alternative is for it. api_key, basic and oauth1 need every field of their templates; oauth2
/// needs tokens that a person consented to (`has_tokens`), or a grant that asks nobody (client_credentials,
/// jwt_bearer) and its fields. Where none fits, the first oauth2 whose client is known, which waits for a
/// person's consent; else the first of all. Without alternatives: none.
[[nodiscard]] const AuthSpec& choose_auth(
    const std::vector<AuthSpec>& alternatives,
    const boost::json::object& settings,
    const std::map<std::string, std::string>& secrets,
    bool has_tokens,
    std::string_view base_url = {}
);

/// A URL from its template. A field's value that becomes part of the host's name may hold letters, digits,
/// "-",
/// "." and "_" only, so that no tenant can send credentials to another host; a field at the very beginning is
/// the whole address and free. The error names the field. `may_be_empty`: whether a field of the host without
/// a value is let pass.
[[nodiscard]] std::expected<std::string, std::string> expand_url(
    std::string_view text,
    const boost::json::object& settings,
    const std::map<std::string, std::string>& secrets = {},
    bool may_be_empty = false
);

}  // namespace navette::config
