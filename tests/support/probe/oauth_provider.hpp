// Probe's OAuth provider: rotating refresh tokens, PKCE, consent without a person, and a count of what a
// client must never do.
//   GET  /oauth/authorize?...   {"location": the address that the browser is sent to}
//   POST /oauth/token           as RFC 6749
//   POST /oauth/control         {"guard", "life_ms", "rotates", "grace", "delay_ms", "revoke", "deny"}: sets
//   what it
//                               names; guard: the API wants a token; grace: the refresh token before the last
//                               is taken once more as long as nothing was done with the last; delay_ms:
//                               between the effect and the token's answer; revoke: every grant is gone; deny:
//                               the next consent is refused
//   GET  /oauth/control         {"codes", "refreshes", "retries", "double_spends", "bad_verifiers",
//   "unauthorized",
//                               "tokens": all that were ever given}
#pragma once

#include "tests/standin/message.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/fwd.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace navette::test {

class OAuthProvider {
  public:
    static constexpr const char* kClient = "probe-client";
    static constexpr const char* kSecret = "probe-client-secret-93ab";

    boost::asio::awaitable<standin::Response> answer(standin::Request request);

    /// Whether the API may be used by this request; counts refusals.
    bool admits(const standin::Request& request);

  private:
    using Time = std::chrono::steady_clock::time_point;
    using Parameters = std::map<std::string, std::string>;

    /// What one consent led to.
    struct Grant {
        std::string refresh;  // unspent
        std::string before;   // spent last
        bool used = false;    // something was done with the tokens in force
        bool gone = false;
    };
    struct Access {
        std::uint64_t grant = 0;
        Time until;
    };
    struct Code {
        std::string redirect_uri;
        std::string challenge;
    };

    standin::Response authorize(const standin::Request& request);
    standin::Response token(const standin::Request& request);
    standin::Response exchange(const Parameters& form);
    standin::Response refresh(const std::string& spent);
    standin::Response give(std::uint64_t grant);
    standin::Response control(const std::string& body);
    standin::Response counts() const;
    std::string fresh(const std::string& kind);

    bool guard_ = false;
    bool rotates_ = true;
    bool grace_ = false;
    bool deny_ = false;
    std::chrono::milliseconds life_{3'600'000};
    std::chrono::milliseconds delay_{0};
    std::uint64_t last_ = 0;
    std::map<std::uint64_t, Grant> grants_;
    std::map<std::string, std::uint64_t> refresh_tokens_;  // all that were ever given
    std::map<std::string, Access> access_tokens_;
    std::map<std::string, Code> codes_;
    std::vector<std::string> given_;
    long codes_taken_ = 0;
    long refreshes_ = 0;
    long retries_ = 0;
    long double_spends_ = 0;
    long bad_verifiers_ = 0;
    long unauthorized_ = 0;
};

}  // namespace navette::test
