// Sync statistics over HTTP: counts, error rate and durations for each integration and day.
#pragma once

#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"

namespace navette::http {

/// GET /api/v1/statistics. `desk` must outlive the router.
void add_statistics_routes(Router& router, DatabaseDesk& desk);

}  // namespace navette::http
