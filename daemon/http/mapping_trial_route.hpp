// POST /api/v1/integrations/{id}/mappings/try: a record through the mapping and back.
#pragma once

#include "daemon/engine/configuration.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/store/admin_session.hpp"

namespace navette::http {

/// Answers what engine::try_mapping tells of the body's record, by the rules in force with the body's laid
/// over them. Nothing is sent and nothing is stored.
[[nodiscard]] Response try_mapping(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
);

}  // namespace navette::http
