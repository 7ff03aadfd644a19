// Consent over HTTP: the start, which gives a person the platform's link, and the callback, to which the
// platform sends them back.
#pragma once

#include "daemon/http/configured_operation.hpp"
#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"
#include "daemon/outbound/http_client.hpp"

#include <memory>

namespace navette::http {

/// GET and POST /api/v1/integrations/{id}/oauth/start, and GET /oauth/callback. `client` speaks to the
/// platforms' token addresses; it belongs to the listener's thread. Desk and router must outlive the
/// requests.
void add_oauth_routes(
    Router& router,
    DatabaseDesk& desk,
    CurrentConfiguration configuration,
    std::shared_ptr<outbound::HttpClient> client
);

}  // namespace navette::http
