// Undo over HTTP: the runs of which the state before is kept, and taking them back.
#pragma once

#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"

namespace navette::http {

/// Below /api/v1: GET /undo, POST /undo. `desk` must outlive the router.
void add_undo_routes(Router& router, DatabaseDesk& desk);

}  // namespace navette::http
