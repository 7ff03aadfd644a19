// The feed of changes over HTTP, with long polling.
#pragma once

#include "daemon/http/change_watch.hpp"
#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"

#include <memory>

namespace navette::http {

/// GET /api/v1/changes. `desk` must outlive the router; close `watch` before the listener stops, which ends
/// the requests that wait.
void add_change_routes(Router& router, DatabaseDesk& desk, std::shared_ptr<ChangeWatch> watch);

}  // namespace navette::http
