// API tokens over HTTP: GET and POST /api/v1/tokens, DELETE /api/v1/tokens/{id}.
#pragma once

#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"

namespace navette::http {

/// A tenant's writing token manages its tenant's tokens; a token of administration manages all. Nobody makes
/// a token that may do more than their own. `desk` must outlive the router.
void add_token_routes(Router& router, DatabaseDesk& desk);

}  // namespace navette::http
