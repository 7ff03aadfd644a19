// The sync logs over HTTP: a list with filters, and an export that is streamed.
#pragma once

#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"

namespace navette::http {

/// GET /api/v1/logs and /api/v1/logs/export. `desk` must outlive the router.
void add_log_routes(Router& router, DatabaseDesk& desk);

}  // namespace navette::http
