// A tenant's own field mappings over HTTP. They are checked and stored; the engine does not use them yet.
#pragma once

#include "daemon/http/configured_operation.hpp"
#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"

namespace navette::http {

/// Below /api/v1/integrations/{id}: GET and POST /mappings; GET, PUT and DELETE /mappings/{mapping}. `desk`
/// must outlive the router.
void add_mapping_routes(Router& router, DatabaseDesk& desk, CurrentConfiguration configuration);

}  // namespace navette::http
