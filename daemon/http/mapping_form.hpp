// What the operations on mappings share: whose mapping a request means, and by which manifest it is checked.
#pragma once

#include "daemon/config/manifest.hpp"
#include "daemon/engine/configuration.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/store/admin_session.hpp"
#include "daemon/store/leases.hpp"

#include <expected>
#include <memory>
#include <string>

namespace navette::http {

/// The path's integration: its key and its platform.
struct MappedConnection {
    store::IntegrationKey key;
    std::string platform;
};

/// Reads the path and `tenant`; any other parameter of the query is a mistake, except limit and cursor where
/// it is `paged`.
[[nodiscard]] std::expected<MappedConnection, Response> connection_of(
    store::AdminSession& session, const Request& request, bool paged = false
);

/// The platform's manifest. Where this daemon lacks the connector, one that knows nothing but the object: the
/// rule can be checked by itself then.
[[nodiscard]] std::shared_ptr<const config::Manifest> manifest_of(
    const MappedConnection& connection, const engine::Configuration& configuration, const std::string& object
);

}  // namespace navette::http
