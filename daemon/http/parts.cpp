#include "daemon/http/parts.hpp"

#include "daemon/engine/spawn.hpp"
#include "daemon/http/api_changes.hpp"
#include "daemon/http/api_comparisons.hpp"
#include "daemon/http/api_conflicts.hpp"
#include "daemon/http/api_integrations.hpp"
#include "daemon/http/api_logs.hpp"
#include "daemon/http/api_mappings.hpp"
#include "daemon/http/api_queue.hpp"
#include "daemon/http/api_statistics.hpp"
#include "daemon/http/api_tokens.hpp"
#include "daemon/http/api_undo.hpp"
#include "daemon/http/api_webhooks.hpp"
#include "daemon/http/health_routes.hpp"
#include "daemon/http/oauth_routes.hpp"
#include "daemon/http/openapi.hpp"
#include "daemon/outbound/address_policy.hpp"

#include <stdexcept>
#include <string>

namespace navette::http {

namespace asio = boost::asio;

namespace {

outbound::AddressPolicy policy_of(const config::Settings& settings) {
    auto policy = outbound::AddressPolicy::allowing(settings.outbound.allow_private_networks);
    if (!policy) {
        throw std::logic_error(policy.error().message);  // checked when the settings were read
    }
    return *policy;
}

std::function<std::shared_ptr<const engine::Configuration>()> asking(const ConfigurationInForce& configuration
) {
    return [&configuration] { return configuration.get(); };
}

}  // namespace

Parts::Parts(
    const asio::any_io_executor& executor, const ConfigurationInForce& configuration, Readiness& readiness
)
    : executor_(executor),
      configuration_(configuration),
      readiness_(readiness),
      desk_(executor, configuration.get()->settings.database.url),
      authenticator_(desk_),
      intake_(executor, configuration.get()->settings.database.url, asking(configuration)),
      probe_(executor, configuration.get()->settings.database.url, readiness),
      // Those who wait for changes leave half of the places to others.
      changes_(std::make_shared<ChangeWatch>(
          configuration.get()->settings.database.url,
          static_cast<std::size_t>(configuration.get()->settings.listen.max_requests) / 2
      )),
      client_(std::make_shared<outbound::HttpClient>(executor, policy_of(configuration.get()->settings))) {}

Router Parts::routes() {
    const auto configuration = asking(configuration_);
    IntegrationServices integrations;
    integrations.configuration = configuration;
    integrations.client = client_;

    Router router;
    add_health_routes(router, readiness_);
    add_openapi_route(router);
    intake_.add_routes(router);
    add_token_routes(router, desk_);
    add_integration_routes(router, desk_, std::move(integrations));
    add_oauth_routes(router, desk_, configuration, client_);
    add_mapping_routes(router, desk_, configuration);
    add_queue_routes(router, desk_, configuration);
    add_statistics_routes(router, desk_);
    add_log_routes(router, desk_);
    add_webhook_log_routes(router, desk_, configuration);
    add_change_routes(router, desk_, changes_);
    add_comparison_routes(router, desk_);
    add_conflict_routes(router, desk_);
    add_undo_routes(router, desk_);
    return router;
}

Admit Parts::admit() {
    return [this](std::string bearer, std::string client) {
        return authenticator_.admit(std::move(bearer), std::move(client));
    };
}

void Parts::start() {
    intake_.start();
    engine::spawn(executor_, probe_.run(), "database probe");
}

void Parts::stop_waiting() {
    changes_->close();
}

void Parts::stop() {
    intake_.stop();
    probe_.stop();
    client_->cancel_all();
}

}  // namespace navette::http
