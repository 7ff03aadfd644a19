// A tenant's own field mappings over HTTP: checked beside the connector's and stored; their owner uses them
// at once.
#pragma once

#include "daemon/http/configured_operation.hpp"
#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"

namespace navette::http {

/// Below /api/v1/integrations/{id}: GET and POST /mappings; GET, PUT and DELETE /mappings/{mapping};
/// POST /mappings/try, which changes nothing. `desk` must outlive the router.
void add_mapping_routes(Router& router, DatabaseDesk& desk, CurrentConfiguration configuration);

}  // namespace navette::http
