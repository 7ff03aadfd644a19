// An integration as the API finds and shows it.
#pragma once

#include "daemon/engine/configuration.hpp"
#include "daemon/http/exchange.hpp"
#include "daemon/store/admin_integrations.hpp"

#include <boost/json/object.hpp>

#include <expected>
#include <string>

namespace navette::http {

/// The integration that the path's {id} names, of the caller's tenant. The answer is a 404 for any other.
[[nodiscard]] std::expected<store::KnownIntegration, Response> integration_of(
    store::AdminSession& session, const Request& request
);

/// The integration as the API shows it, with the names of its secrets (null where they do not open here).
[[nodiscard]] core::Result<boost::json::object> integration_view(
    store::AdminSession& session, const store::IntegrationRow& row, const engine::Configuration& configuration
);

/// {success, message, integration}, with its ETag.
[[nodiscard]] Response integration_response(
    store::AdminSession& session,
    const store::IntegrationKey& key,
    const engine::Configuration& configuration,
    int status = 200,
    const std::string& message = {}
);

}  // namespace navette::http
