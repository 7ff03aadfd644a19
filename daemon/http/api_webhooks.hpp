// The webhooks that came in, over HTTP: list, show, replay.
#pragma once

#include "daemon/http/configured_operation.hpp"
#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"

namespace navette::http {

/// GET /api/v1/webhooks and /api/v1/webhooks/{webhook}, POST /api/v1/webhooks/{webhook}/replay. `desk` must
/// outlive the router.
void add_webhook_log_routes(Router& router, DatabaseDesk& desk, CurrentConfiguration configuration);

}  // namespace navette::http
