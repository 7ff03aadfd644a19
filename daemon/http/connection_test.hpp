// POST /api/v1/integrations/{id}/test: the connector tries address, credentials and rights on the platform.
#pragma once

#include "daemon/http/api_integrations.hpp"

namespace navette::http {

/// Runs on the listener's executor; only what reads the database and opens the secrets runs at the desk. The
/// answer is {success, ok, message}, 200 also where the platform refuses. Past the limit the call is dropped.
[[nodiscard]] boost::asio::awaitable<Response> try_connection(
    DatabaseDesk& desk,
    std::shared_ptr<outbound::HttpClient> client,
    std::shared_ptr<const engine::Configuration> configuration,
    std::chrono::milliseconds limit,
    Request request
);

}  // namespace navette::http
