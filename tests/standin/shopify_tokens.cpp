#include "tests/standin/shopify_tokens.hpp"

#include <boost/json.hpp>

#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

OAuthRules rules_of(const SiteOptions& options) {
    OAuthRules rules;
    rules.client_id = options.text("client_id", "client-1");
    rules.client_secret = options.text("client_secret", "client-secret-1");
    rules.grants = {"authorization_code", "refresh_token", "client_credentials"};
    rules.more["scope"] = options.text("scopes", "write_customers,write_products,write_orders");
    return rules;
}

Response refused(unsigned status, const char* words) {
    return {status, "application/json", json::serialize(json::object{{"errors", words}})};
}

}  // namespace

ShopifyTokens::ShopifyTokens(const SiteOptions& options)
    : oauth_(rules_of(options)),
      lasting_(options.text("token", "shpat_1")),
      refuses_lasting_(options.flag("refuse_lasting", false)) {}

Response ShopifyTokens::token(Request request) {
    boost::system::error_code error;
    auto body = json::parse(request.body, error);
    if (error || !body.is_object()) {
        return refused(400, "the body must be a JSON object");
    }
    auto& asked = body.get_object();
    if (!asked.contains("grant_type") && asked.contains("code")) {
        asked["grant_type"] = "authorization_code";
    }
    std::string spent;
    if (const auto* refresh = asked.if_contains("refresh_token");
        refresh != nullptr && refresh->is_string()) {
        spent = std::string(refresh->get_string());
        const auto replacement = replaced_by_.find(spent);
        if (replacement != replaced_by_.end() && !replaced_by_.contains(replacement->second)) {
            asked["refresh_token"] = replacement->second;
        }
    }
    request.body = json::serialize(body);
    auto answer = oauth_.token(request);
    if (answer.status == 200 && !spent.empty()) {
        const auto given = json::parse(answer.body);
        replaced_by_[spent] = std::string(given.at("refresh_token").as_string());
    }
    return answer;
}

std::optional<Response> ShopifyTokens::refusal(const Request& request) const {
    const auto token = request.header("x-shopify-access-token");
    if (!token.empty() && token == lasting_ && !lasting_is_over_) {
        return refuses_lasting_ ? std::optional(refused(
                                      403,
                                      "[API] Non-expiring access tokens are no longer accepted for the Admin "
                                      "API. Migrate to expiring offline access tokens."
                                  ))
                                : std::nullopt;
    }
    return oauth_.knows(token) ? std::nullopt
                               : std::optional(refused(
                                     401,
                                     "[API] Invalid API key or access token (unrecognized login or wrong "
                                     "password)"
                                 ));
}

void ShopifyTokens::expire(bool revoke) {
    lasting_is_over_ = true;
    if (revoke) {
        oauth_.revoke();
    } else {
        oauth_.expire();
    }
}

void ShopifyTokens::reset() {
    lasting_is_over_ = false;
    replaced_by_.clear();
}

}  // namespace navette::standin
