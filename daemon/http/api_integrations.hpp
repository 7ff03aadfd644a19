// The admin API for integrations: the catalogue, and a tenant's connections, with the paths, verbs and member
// names of the application that navette replaces (docs/openapi/integrations.json).
#pragma once

#include "daemon/engine/configuration.hpp"
#include "daemon/http/database_desk.hpp"
#include "daemon/http/router.hpp"
#include "daemon/outbound/http_client.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace navette::http {

struct IntegrationServices {
    /// The configuration in force, asked for each request; called on the listener's thread.
    std::function<std::shared_ptr<const engine::Configuration>()> configuration;
    /// Of the listener's executor, with the operator's address policy: a connection test goes out through it.
    std::shared_ptr<outbound::HttpClient> client;
    /// How long a connection test may take in all.
    std::chrono::milliseconds test_limit{30'000};
};

/// `desk` must outlive the router.
void add_integration_routes(Router& router, DatabaseDesk& desk, IntegrationServices services);

}  // namespace navette::http
