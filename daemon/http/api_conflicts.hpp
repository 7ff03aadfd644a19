// Conflicts over HTTP: fields that both sides changed, listed and decided.
#pragma once

#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"

namespace navette::http {

/// Below /api/v1: GET /conflicts, POST /conflicts/resolve. `desk` must outlive the router.
void add_conflict_routes(Router& router, DatabaseDesk& desk);

}  // namespace navette::http
