// POST /api/v1/integrations/{id}/sync-callback: an external worker tells how work for an integration ended.
#pragma once

#include "daemon/engine/configuration.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/store/admin_session.hpp"

namespace navette::http {

/// Writes the outcome down (store::conclude_external). The remote id may come as `remote_id`,
/// `destination_entity_id` or `<platform>_id`, as the workflows of the application that navette replaces send
/// it.
[[nodiscard]] Response receive_callback(
    store::AdminSession& session, const Request& request, const engine::Configuration& configuration
);

}  // namespace navette::http
