// The queue over HTTP: list, show, explain, retry, cancel, bulk replay, enqueue, dead letters.
#pragma once

#include "daemon/http/configured_operation.hpp"
#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"

namespace navette::http {

/// Below /api/v1: GET and POST /queue, POST /queue/retry, GET /queue/{job}, GET /queue/{job}/explain, POST
/// /queue/{job}/retry, POST /queue/{job}/cancel, GET /dead-letters. `desk` must outlive the router.
void add_queue_routes(Router& router, DatabaseDesk& desk, CurrentConfiguration configuration);

}  // namespace navette::http
