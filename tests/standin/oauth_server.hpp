// A platform's OAuth2 token endpoint: grants, rotating refresh tokens that work once, expiry, revocation.
#pragma once

#include "tests/standin/message.hpp"

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace navette::standin {

struct OAuthRules {
    std::string client_id{"client-1"};
    std::string client_secret{"client-secret-1"};
    std::chrono::seconds lifetime{3600};  // of an access token
    bool rotates = true;                  // a refresh token works once
    std::set<std::string> grants{"authorization_code", "refresh_token"};
    /// Members of the token answer beyond access_token, token_type, expires_in and refresh_token.
    boost::json::object more;
};

class OAuthServer {
  public:
    explicit OAuthServer(OAuthRules rules) : rules_(std::move(rules)) {}

    /// Answers a POST to the token endpoint (form or JSON body, client by Basic or in the body). Errors as in
    /// RFC 6749 section 5.2. An authorization code "code-<anything>" works once. An assertion of the
    /// jwt-bearer grant is taken where it has three parts.
    Response token(const Request& request);

    /// Whether the access token is in force.
    [[nodiscard]] bool knows(std::string_view access_token) const;
    /// The token of "Authorization: Bearer TOKEN"; empty where the header has another form.
    [[nodiscard]] static std::string_view bearer(const Request& request);

    /// A pair as from a consent, for tests that begin with stored tokens: {"access_token", "refresh_token"}.
    boost::json::object consent();
    /// All access tokens have expired; the grants stand.
    void expire() { access_.clear(); }
    /// All grants are gone: refreshing answers invalid_grant.
    void revoke();
    /// How often a refresh token was used that had been used before.
    [[nodiscard]] std::uint64_t spent_twice() const { return spent_twice_; }

  private:
    using Clock = std::chrono::steady_clock;

    boost::json::object issue(bool with_refresh);
    std::string next(const char* kind);

    OAuthRules rules_;
    std::uint64_t last_ = 0;
    std::map<std::string, Clock::time_point, std::less<>> access_;  // until when
    std::set<std::string, std::less<>> refresh_;
    std::set<std::string, std::less<>> spent_;
    std::set<std::string, std::less<>> used_codes_;
    std::uint64_t spent_twice_ = 0;
};

}  // namespace navette::standin
