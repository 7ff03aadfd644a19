#include "tests/support/probe/oauth_provider.hpp"

#include "daemon/secrets/proof_key.hpp"
#include "tests/standin/pause.hpp"
#include "tests/standin/url.hpp"

#include <boost/json.hpp>

#include <utility>

namespace navette::test {

namespace asio = boost::asio;
namespace json = boost::json;
using standin::Request;
using standin::Response;

namespace {

Response told(unsigned status, const json::object& body) {
    return {status, "application/json", json::serialize(body)};
}

Response refused(unsigned status, const std::string& error, const std::string& description) {
    return told(status, {{"error", error}, {"error_description", description}});
}

}  // namespace

asio::awaitable<Response> OAuthProvider::answer(Request request) {
    const auto path = std::string(request.path());
    if (path == "/oauth/authorize" && request.method == "GET") {
        co_return authorize(request);
    }
    if (path == "/oauth/control") {
        co_return request.method == "POST" ? control(request.body) : counts();
    }
    if (path == "/oauth/token" && request.method == "POST") {
        auto answer = token(request);
        co_await standin::pause(delay_);
        co_return answer;
    }
    co_return refused(404, "not_found", "there is no such page");
}

bool OAuthProvider::admits(const Request& request) {
    if (!guard_) {
        return true;
    }
    constexpr std::string_view kBearer = "Bearer ";
    const auto header = request.header("authorization");
    const auto access = header.starts_with(kBearer)
                            ? access_tokens_.find(std::string(header.substr(kBearer.size())))
                            : access_tokens_.end();
    if (access == access_tokens_.end() || std::chrono::steady_clock::now() >= access->second.until ||
        grants_.at(access->second.grant).gone) {
        ++unauthorized_;
        return false;
    }
    grants_.at(access->second.grant).used = true;
    return true;
}

Response OAuthProvider::authorize(const Request& request) {
    auto asked = standin::query_parameters(request.query());
    const auto redirect = asked["redirect_uri"];
    if (asked["client_id"] != kClient || asked["response_type"] != "code" || redirect.empty()) {
        return refused(400, "invalid_request", "the client is not known");
    }
    const auto back = redirect + "?state=" + asked["state"];
    if (std::exchange(deny_, false)) {
        return told(200, {{"location", back + "&error=access_denied&error_description=%3Cb%3Eno%3C%2Fb%3E"}});
    }
    const auto code = fresh("code");
    codes_[code] = {redirect, asked["code_challenge"]};
    return told(200, {{"location", back + "&code=" + code}});
}

Response OAuthProvider::token(const Request& request) {
    const auto form = standin::query_parameters(request.body);
    const auto at = [&](const std::string& name) {
        const auto found = form.find(name);
        return found == form.end() ? std::string() : found->second;
    };
    if (at("client_id") != kClient || at("client_secret") != kSecret) {
        return refused(401, "invalid_client", "id or secret is wrong");
    }
    if (at("grant_type") == "authorization_code") {
        return exchange(form);
    }
    if (at("grant_type") == "refresh_token") {
        return refresh(at("refresh_token"));
    }
    if (at("grant_type") == "client_credentials") {
        grants_[++last_];
        return give(last_);
    }
    return refused(400, "unsupported_grant_type", "no such grant");
}

Response OAuthProvider::exchange(const Parameters& form) {
    auto asked = form;
    const auto code = codes_.find(asked["code"]);
    if (code == codes_.end() || code->second.redirect_uri != asked["redirect_uri"]) {
        return refused(400, "invalid_grant", "the code is not known");
    }
    const auto challenge = code->second.challenge;
    codes_.erase(code);
    if (!challenge.empty() && secrets::challenge_of(asked["code_verifier"]) != challenge) {
        ++bad_verifiers_;
        return refused(400, "invalid_grant", "the verifier is wrong");
    }
    ++codes_taken_;
    grants_[++last_];
    return give(last_);
}

Response OAuthProvider::refresh(const std::string& spent) {
    const auto known = refresh_tokens_.find(spent);
    if (known == refresh_tokens_.end()) {
        return refused(400, "invalid_grant", "the refresh token is not known");
    }
    auto& grant = grants_.at(known->second);
    if (grant.gone) {
        return refused(400, "invalid_grant", "the grant was revoked");
    }
    const bool again = grace_ && spent == grant.before && !grant.used;
    if (spent != grant.refresh && !again) {
        ++double_spends_;
        grant.gone = true;
        return refused(400, "invalid_grant", "the refresh token was spent before");
    }
    ++(again ? retries_ : refreshes_);
    if (rotates_) {
        std::erase_if(access_tokens_, [&](const auto& one) { return one.second.grant == known->second; });
        grant.before = spent;
    }
    return give(known->second);
}

Response OAuthProvider::give(std::uint64_t number) {
    auto& grant = grants_.at(number);
    const auto access = fresh("access");
    access_tokens_[access] = {number, std::chrono::steady_clock::now() + life_};
    json::object body;
    body["access_token"] = access;
    body["token_type"] = "Bearer";
    body["expires_in"] = std::chrono::duration_cast<std::chrono::seconds>(life_).count();
    if (rotates_ || grant.refresh.empty()) {
        grant.refresh = fresh("refresh");
        refresh_tokens_[grant.refresh] = number;
        body["refresh_token"] = grant.refresh;
    }
    grant.used = false;
    return told(200, body);
}

Response OAuthProvider::control(const std::string& body) {
    for (const auto& [name, value] : json::parse(body).as_object()) {
        if (name == "guard") {
            guard_ = value.as_bool();
        } else if (name == "rotates") {
            rotates_ = value.as_bool();
        } else if (name == "grace") {
            grace_ = value.as_bool();
        } else if (name == "deny") {
            deny_ = value.as_bool();
        } else if (name == "life_ms") {
            life_ = std::chrono::milliseconds(value.to_number<long>());
        } else if (name == "delay_ms") {
            delay_ = std::chrono::milliseconds(value.to_number<long>());
        } else if (name == "revoke") {
            for (auto& [number, grant] : grants_) {
                grant.gone = true;
            }
        } else {
            return refused(400, "invalid_request", "there is no such switch");
        }
    }
    return told(200, {});
}

Response OAuthProvider::counts() const {
    return told(
        200,
        {{"codes", codes_taken_},
         {"refreshes", refreshes_},
         {"retries", retries_},
         {"double_spends", double_spends_},
         {"bad_verifiers", bad_verifiers_},
         {"unauthorized", unauthorized_},
         {"tokens", json::array(given_.begin(), given_.end())}}
    );
}

std::string OAuthProvider::fresh(const std::string& kind) {
    auto text = "probe-" + kind + "-" + secrets::random_secret();
    given_.push_back(text);
    return text;
}

}  // namespace navette::test
