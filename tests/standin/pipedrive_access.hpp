// Who may ask what: the personal API token, which may all, and OAuth's access tokens, bound to the app's
// scopes.
#pragma once

#include "tests/standin/oauth_server.hpp"
#include "tests/standin/pipedrive_answer.hpp"
#include "tests/standin/site_kind.hpp"

#include <optional>
#include <set>
#include <string>

namespace navette::standin::pipedrive {

class Access {
  public:
    explicit Access(const SiteOptions& options);

    /// Why the request is refused; nothing where it may go on.
    std::optional<Response> refuse(const Request& request, const Call& call) const;

    /// POST /oauth/token and /oauth/revoke; an answer with tokens names the API's address.
    Response oauth(const Request& request);

    /// The tests' own {"expire":true}, {"revoke":true} or {"consent":true}.
    Response control(const Request& request);

  private:
    [[nodiscard]] bool may(const Call& call) const;

    std::string token_;
    std::set<std::string> scopes_;
    OAuthServer oauth_;
};

/// As Pipedrive refuses a token that it does not know.
Response unauthorized();

}  // namespace navette::standin::pipedrive
