#include "tests/standin/oauth_server.hpp"

#include "tests/standin/url.hpp"

#include <boost/beast/core/detail/base64.hpp>
#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin {

namespace json = boost::json;

namespace {

using Parameters = std::map<std::string, std::string>;

Parameters parameters_of(const Request& request) {
    boost::system::error_code error;
    const auto body = json::parse(request.body, error);
    if (error || !body.is_object()) {
        return query_parameters(request.body);
    }
    Parameters found;
    for (const auto& [name, value] : body.get_object()) {
        found[name] = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
    }
    return found;
}

/// Adds the client of "Authorization: Basic", which wins over the body's.
void read_basic(const Request& request, Parameters& parameters) {
    namespace base64 = boost::beast::detail::base64;
    constexpr std::string_view kScheme = "Basic ";
    const auto header = request.header("authorization");
    if (!header.starts_with(kScheme)) {
        return;
    }
    const auto coded = header.substr(kScheme.size());
    std::string plain(base64::decoded_size(coded.size()), '\0');
    plain.resize(base64::decode(plain.data(), coded.data(), coded.size()).first);
    const auto colon = plain.find(':');
    parameters["client_id"] = percent_decoded(plain.substr(0, colon), true);
    parameters["client_secret"] =
        colon == std::string::npos ? std::string() : percent_decoded(plain.substr(colon + 1), true);
}

Response refused(unsigned status, const char* error, const char* description) {
    return {
        status,
        "application/json",
        json::serialize(json::object{{"error", error}, {"error_description", description}})
    };
}

}  // namespace

std::string OAuthServer::next(const char* kind) {
    return std::string(kind) + "-" + std::to_string(++last_);
}

json::object OAuthServer::issue(bool with_refresh) {
    const auto access = next("access");
    access_[access] = Clock::now() + rules_.lifetime;
    json::object answer = rules_.more;
    answer["access_token"] = access;
    answer["token_type"] = "bearer";
    answer["expires_in"] = rules_.lifetime.count();
    if (with_refresh) {
        const auto refresh = next("refresh");
        refresh_.insert(refresh);
        answer["refresh_token"] = refresh;
    }
    return answer;
}

json::object OAuthServer::consent() {
    return issue(true);
}

Response OAuthServer::token(const Request& request) {
    auto parameters = parameters_of(request);
    read_basic(request, parameters);
    const auto grant = parameters["grant_type"];
    constexpr std::string_view kJwt = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    if (!rules_.grants.contains(grant)) {
        return refused(400, "unsupported_grant_type", "this grant type is not supported");
    }
    if (grant == kJwt) {
        if (std::ranges::count(parameters["assertion"], '.') != 2) {
            return refused(400, "invalid_grant", "invalid assertion");
        }
        return {200, "application/json", json::serialize(issue(false))};
    }
    if (parameters["client_id"] != rules_.client_id || parameters["client_secret"] != rules_.client_secret) {
        return refused(401, "invalid_client", "client authentication failed");
    }
    if (grant == "authorization_code") {
        const auto code = parameters["code"];
        if (!code.starts_with("code-") || !used_codes_.insert(code).second) {
            return refused(400, "invalid_grant", "the code is unknown or was used");
        }
    } else if (grant == "refresh_token") {
        const auto spent = parameters["refresh_token"];
        if (spent_.contains(spent)) {
            ++spent_twice_;
        }
        if (!refresh_.contains(spent)) {
            return refused(400, "invalid_grant", "the refresh token is unknown, used or revoked");
        }
        if (rules_.rotates) {
            refresh_.erase(spent);
            spent_.insert(spent);
        } else {
            auto answer = issue(false);
            answer["refresh_token"] = spent;
            return {200, "application/json", json::serialize(answer)};
        }
    }
    return {200, "application/json", json::serialize(issue(grant != "client_credentials"))};
}

bool OAuthServer::knows(std::string_view access_token) const {
    const auto found = access_.find(access_token);
    return found != access_.end() && Clock::now() < found->second;
}

std::string_view OAuthServer::bearer(const Request& request) {
    constexpr std::string_view kScheme = "Bearer ";
    const auto header = request.header("authorization");
    return header.starts_with(kScheme) ? header.substr(kScheme.size()) : std::string_view();
}

void OAuthServer::revoke() {
    access_.clear();
    refresh_.clear();
}

}  // namespace navette::standin
