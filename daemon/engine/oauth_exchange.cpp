#include "daemon/engine/oauth_exchange.hpp"

#include "daemon/engine/evidence.hpp"
#include "daemon/secrets/encoding.hpp"
#include "daemon/secrets/proof_key.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace navette::engine {

namespace json = boost::json;

namespace {

using Grant = config::OAuthSpec::Grant;
using Parameters = std::vector<std::pair<std::string, std::string>>;

// An assertion is used at once; the platform's clock may differ a little.
constexpr std::chrono::minutes kAssertionLife{3};
constexpr std::size_t kLongestToken = 16U << 10U;
constexpr std::size_t kMostOfAnswer = 256U << 10U;
constexpr std::size_t kMostQuoted = 300;
// A platform that says "too many" without saying for how long.
constexpr std::chrono::seconds kCalmDown{30};

std::string form_of(const Parameters& parameters) {
    std::string form;
    for (const auto& [name, value] : parameters) {
        form += (form.empty() ? "" : "&") + sdk::path_segment(name) + "=" + sdk::path_segment(value);
    }
    return form;
}

/// RFC 6749, 2.3.1: id and secret are form-encoded before they are joined.
std::string basic_of(const OAuthClient& client) {
    return "Basic " + secrets::base64(sdk::path_segment(client.id) + ":" + sdk::path_segment(client.secret));
}

outbound::WireRequest token_request(
    const config::OAuthSpec& spec, const OAuthClient& client, Parameters parameters
) {
    outbound::WireRequest request;
    request.method = sdk::Method::post;
    request.url = client.token_url;
    request.max_response_bytes = kMostOfAnswer;
    if (spec.client_auth == config::OAuthSpec::ClientAuth::basic) {
        request.headers.push_back({"Authorization", basic_of(client)});
    } else {
        parameters.emplace_back("client_id", client.id);
        if (!client.secret.empty()) {
            parameters.emplace_back("client_secret", client.secret);
        }
    }
    if (spec.token_body == config::OAuthSpec::BodyForm::json) {
        json::object body;
        for (const auto& [name, value] : parameters) {
            body[name] = value;
        }
        request.body = json::serialize(body);
        request.headers.push_back({"Content-Type", "application/json"});
    } else {
        request.body = form_of(parameters);
        request.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    }
    request.headers.push_back({"Accept", "application/json"});
    request.headers.push_back({"User-Agent", "navette"});
    return request;
}

core::Result<std::string> assertion(const OAuthClient& client, OAuthTokens::Time now) {
    const auto expires =
        std::chrono::duration_cast<std::chrono::seconds>((now + kAssertionLife).time_since_epoch());
    json::object claims;
    claims["iss"] = client.id;
    claims["sub"] = client.subject;
    claims["aud"] = client.audience;
    claims["exp"] = expires.count();
    return secrets::sign_rs256(json::serialize(claims), client.key);
}

std::string text_at(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Seconds as a number or as digits: platforms send both.
std::optional<std::chrono::seconds> seconds_of(std::string_view text) {
    long seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    constexpr long kYear = 366L * 24 * 3600;
    if (error != std::errc() || end != text.data() + text.size() || seconds < 0) {
        return std::nullopt;
    }
    return std::chrono::seconds(std::min(seconds, kYear));
}

std::optional<std::chrono::seconds> seconds_at(const json::object& object, std::string_view name) {
    const auto* const value = object.if_contains(name);
    return value == nullptr
               ? std::nullopt
               : seconds_of(value->is_string() ? std::string(value->get_string()) : json::serialize(*value));
}

/// It goes into a header: visible ASCII only.
bool is_token(std::string_view text) {
    return !text.empty() && text.size() <= kLongestToken &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7F'; });
}

/// The platform's own words, kept short and on one line.
std::string words_of(const json::object* body) {
    if (body == nullptr) {
        return {};
    }
    const auto error = text_at(*body, "error");
    auto words = text_at(*body, "error_description");
    if (words.empty()) {
        words = text_at(*body, "message");
    }
    words = error.empty() || words.empty() ? error + words : error + ": " + words;
    words = storable(words.substr(0, kMostQuoted));
    std::ranges::replace_if(words, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return words.empty() ? words : " (" + words + ")";
}

bool is_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::find(words, text) != words.end();
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return text;
}

TokenTrouble refusal(const sdk::HttpResponse& response, const json::object* body) {
    using Kind = TokenTrouble::Kind;
    const auto status = response.status;
    const auto error = body == nullptr ? std::string() : lower(text_at(*body, "error"));
    const auto words = words_of(body);
    const auto says = "the platform's token address answered " + std::to_string(status) + words;
    if (status == 429 || is_any(error, {"slow_down", "rate_limit_exceeded", "login_rate_exceeded"})) {
        TokenTrouble trouble(Kind::passing, says + "; it is asked again later");
        trouble.retry_after = seconds_of(response.header("Retry-After")).value_or(kCalmDown);
        return trouble;
    }
    if (is_any(error, {"temporarily_unavailable", "server_error"})) {
        return {Kind::passing, says};
    }
    if (is_any(
            error,
            {"invalid_client",
             "invalid_client_id",
             "invalid_client_credentials",
             "unauthorized_client",
             "unsupported_grant_type",
             "invalid_scope"}
        )) {
        return {
            Kind::misconfigured, says + "; check the client's id and secret, and its app on the platform"
        };
    }
    // A gateway gave up waiting, or answered with a page of its own: what stands behind may have carried it
    // out.
    const bool good = status >= 200 && status < 300;
    if (status == 502 || status == 504 || (good && error.empty())) {
        return {Kind::lost, says};
    }
    // Platforms word a dead grant differently; without JSON it may be a wall before the platform.
    if (good || status == 400 || status == 401 || (status == 403 && body != nullptr)) {
        return {Kind::needs_consent, says};
    }
    return {Kind::passing, says};
}

}  // namespace

core::Result<OAuthClient> client_of(
    const config::OAuthSpec& spec,
    const json::object& settings,
    const std::map<std::string, std::string>& secrets
) {
    OAuthClient client;
    std::string missing;
    const auto fill = [&](const std::string& field, bool needed) {
        auto value =
            field.empty() ? std::string() : config::expand_template("${" + field + "}", settings, secrets);
        if (value.empty() && needed && missing.empty()) {
            missing = field + " is required for OAuth";
        }
        return value;
    };
    const auto address = [&](const std::string& text) {
        auto url =
            text.empty() ? std::expected<std::string, std::string>() : config::expand_url(text, settings);
        if (!url && missing.empty()) {
            missing = url.error();
        }
        return url ? std::move(*url) : std::string();
    };
    const bool by_assertion = spec.allows(Grant::jwt_bearer) && !spec.allows(Grant::authorization_code) &&
                              !spec.allows(Grant::client_credentials);
    client.id = fill(spec.client_id, true);
    client.secret = fill(
        spec.client_secret,
        spec.client_auth == config::OAuthSpec::ClientAuth::basic || spec.allows(Grant::client_credentials)
    );
    // The same secret may sign webhooks, where several stand beside each other while one is replaced.
    client.secret.resize(std::min(client.secret.find_first_of(" \t\r\n"), client.secret.size()));
    client.token_url = address(spec.token_url);
    client.authorize_url = address(spec.authorize_url);
    client.subject = fill(spec.jwt_subject, by_assertion);
    client.key = fill(spec.jwt_key, by_assertion);
    client.audience = address(spec.jwt_audience);
    if (!missing.empty()) {
        return core::failure(core::ErrorKind::invalid, missing);
    }
    return client;
}

std::string authorize_address(
    const config::OAuthSpec& spec,
    const OAuthClient& client,
    const std::string& redirect_uri,
    const std::string& state,
    const std::string& verifier
) {
    Parameters parameters;
    parameters.emplace_back("response_type", "code");
    parameters.emplace_back("client_id", client.id);
    parameters.emplace_back("redirect_uri", redirect_uri);
    if (!spec.scopes.empty()) {
        std::string scopes;
        for (const auto& scope : spec.scopes) {
            scopes += (scopes.empty() ? "" : spec.scope_separator) + scope;
        }
        parameters.emplace_back("scope", std::move(scopes));
    }
    parameters.emplace_back("state", state);
    if (spec.pkce) {
        parameters.emplace_back("code_challenge", secrets::challenge_of(verifier));
        parameters.emplace_back("code_challenge_method", "S256");
    }
    parameters.insert(parameters.end(), spec.extra.begin(), spec.extra.end());
    return client.authorize_url + (client.authorize_url.find('?') == std::string::npos ? "?" : "&") +
           form_of(parameters);
}

outbound::WireRequest code_request(
    const config::OAuthSpec& spec,
    const OAuthClient& client,
    const std::string& code,
    const std::string& redirect_uri,
    const std::string& verifier
) {
    Parameters parameters;
    parameters.emplace_back("grant_type", "authorization_code");
    parameters.emplace_back("code", code);
    parameters.emplace_back("redirect_uri", redirect_uri);
    if (spec.pkce) {
        parameters.emplace_back("code_verifier", verifier);
    }
    parameters.insert(parameters.end(), spec.token_extra.begin(), spec.token_extra.end());
    return token_request(spec, client, std::move(parameters));
}

core::Result<outbound::WireRequest> renewal_request(
    const config::OAuthSpec& spec,
    const OAuthClient& client,
    RenewalWay way,
    const std::string& refresh_token,
    OAuthTokens::Time now
) {
    Parameters parameters;
    if (way == RenewalWay::refresh_token) {
        parameters.emplace_back("grant_type", "refresh_token");
        parameters.emplace_back("refresh_token", refresh_token);
        return token_request(spec, client, std::move(parameters));
    }
    if (way == RenewalWay::jwt_bearer) {
        auto signed_text = assertion(client, now);
        if (!signed_text) {
            return std::unexpected(signed_text.error());
        }
        // The assertion itself proves the client.
        auto bare = spec;
        bare.client_auth = config::OAuthSpec::ClientAuth::body;
        auto known = client;
        known.secret.clear();
        parameters.emplace_back("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
        parameters.emplace_back("assertion", std::move(*signed_text));
        return token_request(bare, known, std::move(parameters));
    }
    parameters.emplace_back("grant_type", "client_credentials");
    if (!spec.scopes.empty()) {
        std::string scopes;
        for (const auto& scope : spec.scopes) {
            scopes += (scopes.empty() ? "" : spec.scope_separator) + scope;
        }
        parameters.emplace_back("scope", std::move(scopes));
    }
    return token_request(spec, client, std::move(parameters));
}

std::expected<OAuthTokens, TokenTrouble> read_token_answer(
    const config::OAuthSpec& spec,
    const sdk::HttpResult& answer,
    const std::optional<OAuthTokens>& before,
    OAuthTokens::Time now
) {
    if (!answer) {
        const bool seen = answer.error().kind == sdk::TransportFailure::Kind::cut_off;
        return std::unexpected(TokenTrouble(
            seen ? TokenTrouble::Kind::lost : TokenTrouble::Kind::passing,
            "the platform's token address did not answer: " + answer.error().message
        ));
    }
    boost::system::error_code error;
    const auto parsed = json::parse(answer->body, error);
    const auto* const body = error ? nullptr : parsed.if_object();
    if (answer->status < 200 || answer->status >= 300 || body == nullptr) {
        return std::unexpected(refusal(*answer, body));
    }
    OAuthTokens tokens;
    tokens.access_token = text_at(*body, "access_token");
    tokens.refresh_token = text_at(*body, "refresh_token");
    if (!is_token(tokens.access_token) ||
        (!tokens.refresh_token.empty() && !is_token(tokens.refresh_token))) {
        return std::unexpected(refusal(*answer, body));
    }
    tokens.obtained_at = now;
    if (const auto seconds = seconds_at(*body, "expires_in"); seconds && seconds->count() > 0) {
        tokens.expires_at = now + *seconds;
    } else if (spec.expires_in) {
        tokens.expires_at = now + *spec.expires_in;
    }
    if (!spec.base_url_from.empty()) {
        tokens.api_base = text_at(*body, spec.base_url_from);
        if (!tokens.api_base.starts_with("https://") && !tokens.api_base.starts_with("http://")) {
            tokens.api_base.clear();
        }
    }
    if (before) {
        if (tokens.refresh_token.empty()) {
            tokens.refresh_token = before->refresh_token;
        }
        if (tokens.api_base.empty()) {
            tokens.api_base = before->api_base;
        }
    }
    return tokens;
}

std::string at_api_base(const std::string& base_url, const std::string& api_base) {
    if (api_base.empty() || (base_url.starts_with("https://") && !api_base.starts_with("https://"))) {
        return base_url;
    }
    const auto scheme = base_url.find("://");
    const auto path = scheme == std::string::npos ? scheme : base_url.find('/', scheme + 3);
    auto address = api_base;
    while (address.ends_with('/')) {
        address.pop_back();
    }
    return path == std::string::npos ? address : address + base_url.substr(path);
}

}  // namespace navette::engine
