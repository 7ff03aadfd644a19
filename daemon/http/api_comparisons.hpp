// The admin API for plans and searches for drift (docs/openapi/plans.json).
#pragma once

#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"

namespace navette::http {

/// `desk` must outlive the router.
void add_comparison_routes(Router& router, DatabaseDesk& desk);

}  // namespace navette::http
