// Who may call the Admin API: a custom app's lasting token, or tokens of OAuth2.
#pragma once

#include "tests/standin/message.hpp"
#include "tests/standin/oauth_server.hpp"
#include "tests/standin/site_kind.hpp"

#include <map>
#include <optional>
#include <string>

namespace navette::standin {

class ShopifyTokens {
  public:
    explicit ShopifyTokens(const SiteOptions& options);

    /// POST /admin/oauth/access_token. A code comes without a grant_type, as Shopify's clients send it, and a
    /// spent refresh token is taken until the one that replaced it is used.
    Response token(Request request);

    /// The refusal of a request to the API; nothing where its token is in force.
    [[nodiscard]] std::optional<Response> refusal(const Request& request) const;

    boost::json::object consent() { return oauth_.consent(); }
    /// No token is in force any more; with `revoke` no grant either.
    void expire(bool revoke);
    void reset();

  private:
    OAuthServer oauth_;
    std::string lasting_;
    bool refuses_lasting_;
    bool lasting_is_over_ = false;
    std::map<std::string, std::string> replaced_by_;  // refresh token -> the one that its use gave
};

}  // namespace navette::standin
