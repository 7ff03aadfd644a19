#include "tests/standin/salesforce_tokens.hpp"

#include "tests/standin/url.hpp"

#include <navette/sdk/http.hpp>
#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr std::string_view kJwt = "urn:ietf:params:oauth:grant-type:jwt-bearer";

Response refused(const std::string& error, const std::string& description) {
    return {
        400,
        "application/json;charset=UTF-8",
        json::serialize(json::object{{"error", error}, {"error_description", description}})
    };
}

std::int64_t now() {
    const auto since = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::seconds>(since).count();
}

/// PKCE's S256 (RFC 7636).
std::string challenge_of(const std::string& verifier) {
    auto text = sdk::base64(sdk::sha256(verifier));
    text.resize(text.find_last_not_of('=') + 1);
    std::ranges::replace(text, '+', '-');
    std::ranges::replace(text, '/', '_');
    return text;
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

SalesforceTokens::SalesforceTokens(SalesforceTokenRules rules)
    : rules_(std::move(rules)), server_(rules_.oauth) {}

std::string SalesforceTokens::complaint(std::string_view assertion) const {
    if (rules_.jwt_public_key.empty() || !is_signed_by_rs256(assertion, rules_.jwt_public_key)) {
        return "invalid assertion";
    }
    const auto begin = assertion.find('.') + 1;
    boost::system::error_code error;
    const auto parsed =
        json::parse(from_base64url(assertion.substr(begin, assertion.find('.', begin) - begin)), error);
    const auto* claims = error ? nullptr : parsed.if_object();
    if (claims == nullptr || text_of(*claims, "iss") != rules_.oauth.client_id) {
        return "invalid client credentials";
    }
    if (text_of(*claims, "aud") != rules_.audience) {
        return "audience is invalid";
    }
    const auto* expiry = claims->if_contains("exp");
    const auto until = expiry != nullptr && expiry->is_int64() ? expiry->get_int64() : 0;
    if (until <= now() || until > now() + 300) {
        return "assertion is expired or lives for too long";
    }
    return text_of(*claims, "sub") == rules_.username ? "" : "user hasn't approved this consumer";
}

Response SalesforceTokens::authorize(const Request& request) {
    auto asked = query_parameters(request.query());
    if (asked["client_id"] != rules_.oauth.client_id) {
        return refused("invalid_client_id", "client identifier invalid");
    }
    if (asked["response_type"] != "code" || asked["redirect_uri"].empty()) {
        return refused("redirect_uri_mismatch", "redirect_uri must match configuration");
    }
    const auto code = "code-consent-" + std::to_string(++codes_);
    challenges_[code] = asked["code_challenge"];
    const auto& back = asked["redirect_uri"];
    Response answer(302, "text/html", "");
    answer.headers.emplace_back(
        "Location",
        back + (back.find('?') == std::string::npos ? "?" : "&") + "code=" + code +
            "&state=" + sdk::path_segment(asked["state"])
    );
    return answer;
}

Response SalesforceTokens::answer(const Request& request) {
    if (request.method != "POST") {
        return refused("invalid_request", "must use HTTP POST");
    }
    const auto form = query_parameters(request.body);
    const auto grant = form.find("grant_type");
    if (grant == form.end()) {
        return refused("unsupported_grant_type", "grant type not supported");
    }
    if (grant->second == kJwt) {
        const auto assertion = form.find("assertion");
        const auto wrong = complaint(assertion == form.end() ? std::string() : assertion->second);
        if (!wrong.empty()) {
            return refused(
                wrong == "invalid client credentials" ? "invalid_client_id" : "invalid_grant", wrong
            );
        }
    }
    if (grant->second == "authorization_code") {
        const auto code = form.find("code");
        const auto challenge = code == form.end() ? challenges_.end() : challenges_.find(code->second);
        const auto verifier = form.find("code_verifier");
        if (challenge != challenges_.end() && !challenge->second.empty() &&
            (verifier == form.end() || challenge_of(verifier->second) != challenge->second)) {
            return refused("invalid_grant", "invalid code verifier");
        }
    }
    return worded(server_.token(request), request);
}

Response SalesforceTokens::worded(Response answer, const Request& request) const {
    auto body = json::parse(answer.body).as_object();
    answer.content_type = "application/json;charset=UTF-8";
    if (answer.status != 200) {
        // Salesforce knows one status for every refusal, and its own words.
        const auto error = text_of(body, "error");
        return refused(
            error, error == "invalid_client" ? "invalid client credentials" : "expired access/refresh token"
        );
    }
    body.erase("expires_in");
    const auto host = "http://" + std::string(request.header("host"));
    const auto instance = rules_.instance_url.empty() ? host : rules_.instance_url;
    body["token_type"] = "Bearer";
    body["instance_url"] = instance;
    body["id"] = instance + "/id/" + rules_.organization_id + "/0055g00000ABCDEAA0";
    body["issued_at"] = std::to_string(now() * 1000);
    body["signature"] = "c3RhbmQtaW4=";
    answer.body = json::serialize(body);
    return answer;
}

}  // namespace navette::standin
