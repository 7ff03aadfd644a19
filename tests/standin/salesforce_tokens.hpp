// Salesforce's token endpoint: answers without an expiry, with the address that calls go to; assertions
// whose signature is really checked.
#pragma once

#include "tests/standin/oauth_server.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace navette::standin {

struct SalesforceTokenRules {
    OAuthRules oauth;
    std::string jwt_public_key;  // PEM of the app's certificate's key; empty: the app takes no assertions
    std::string username;        // who is pre-authorized
    std::string audience;        // whom assertions must be addressed to
    std::string instance_url;    // that answers name; empty: where the request went to
    std::string organization_id;
};

class SalesforceTokens {
  public:
    explicit SalesforceTokens(SalesforceTokenRules rules);

    /// Answers a POST to /services/oauth2/token. A code of authorize() wants the verifier of its challenge.
    Response answer(const Request& request);

    /// Answers a GET of /services/oauth2/authorize: a person consents at once and is sent back with a code.
    Response authorize(const Request& request);

    [[nodiscard]] OAuthServer& server() { return server_; }

  private:
    [[nodiscard]] Response worded(Response answer, const Request& request) const;
    /// Why an assertion is not taken; empty where it is.
    [[nodiscard]] std::string complaint(std::string_view assertion) const;

    SalesforceTokenRules rules_;
    OAuthServer server_;
    std::uint64_t codes_ = 0;
    std::map<std::string, std::string> challenges_;  // by code
};

/// Whether the text "HEADER.CLAIMS.SIGNATURE" was signed by RS256 with the private half of that key.
bool is_signed_by_rs256(std::string_view assertion, const std::string& public_key);

/// The bytes of a base64url text without padding; of a broken one, as many as can be read.
std::string from_base64url(std::string_view text);

}  // namespace navette::standin
