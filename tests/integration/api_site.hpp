// The admin API without a socket: the routes, the desk, a real database, and two tenants' tokens.
#pragma once

#include "daemon/http/api_changes.hpp"
#include "daemon/http/api_integrations.hpp"
#include "daemon/http/api_logs.hpp"
#include "daemon/http/api_mappings.hpp"
#include "daemon/http/api_queue.hpp"
#include "daemon/http/api_statistics.hpp"
#include "daemon/http/api_webhooks.hpp"
#include "daemon/http/database_desk.hpp"
#include "daemon/http/openapi.hpp"
#include "daemon/http/percent.hpp"
#include "daemon/http/router.hpp"
#include "daemon/secrets/vault.hpp"
#include "tests/integration/schema_fixture.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/json/parse.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace navette::test {

/// Its test asks for GET /status; it pushes nothing. Each webhook is one event of contact 7.
class AskingConnector final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "probe"; }

    sdk::Task<sdk::TestReport> test(sdk::Session& session) override {
        const auto answer = co_await session.send(sdk::HttpRequest::get("/status"));
        sdk::TestReport report;
        report.ok = answer && answer->status == 200;
        report.sentence =
            answer ? "Probe answered " + std::to_string(answer->status) : answer.error().message;
        co_return report;
    }

    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& /*session*/, std::vector<sdk::Operation> batch)
        override {
        co_return std::vector<sdk::Outcome>(batch.size(), sdk::Outcome::done("1"));
    }

    [[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse(
        const sdk::WebhookRequest& request
    ) const override {
        sdk::WebhookEvent event;
        event.deduplication_key = request.body;
        event.event_type = "contact.changed";
        event.object = "contact";
        event.remote_id = "7";
        return std::vector<sdk::WebhookEvent>{std::move(event)};
    }
};

inline constexpr const char* kProbeManifest = R"yaml(
slug: probe
name: Probe
category: crm
base_url: "${base_url}"
account: [base_url]
auth: {type: api_key, header: X-Key, value: "${api_key}"}
config:
  base_url: {type: url, required: true, label: Address}
  pipeline: {type: integer, label: Pipeline}
  api_key: {type: secret, label: Key}
  signing_key: {type: secret, label: Signing key}
capabilities: [test, push]
retry: {max_retries: 2, base: 1h, cap: 1h}
objects:
  contact:
    remote: contacts
    actions: [upsert, delete]
    mapping: [{local: name, remote: name, direction: both}]
events:
  prospect.*: {object: contact}
)yaml";

class ApiSite : public SchemaTest {
  protected:
    ApiSite() {
        // A manifest's file has its slug's name.
        const auto folder =
            std::filesystem::temp_directory_path() / ("navette-api-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder);
        const auto file = folder / "probe.yaml";
        std::ofstream(file) << kProbeManifest;
        auto manifest = config::load_manifest(file, std::nullopt);
        std::filesystem::remove_all(folder);
        if (!manifest) {
            throw std::runtime_error(manifest.error().front().text());
        }
        auto loaded = std::make_shared<plugins::LoadedConnector>();
        loaded->manifest = std::move(*manifest);
        loaded->connector = std::make_shared<AskingConnector>();
        std::vector<std::shared_ptr<const plugins::LoadedConnector>> connectors{std::move(loaded)};
        configuration_.inventory = std::make_shared<const plugins::Inventory>(
            std::move(connectors), std::vector<plugins::Refusal>()
        );
        configuration_.vault = must(secrets::Vault::with_key(secrets::Vault::generate_key("test")));
        database_.exec(
            "INSERT INTO navette.available_integrations (slug, name, category, auth_type, supported_events, "
            "supported_objects) VALUES ('probe', 'Probe', 'crm', 'api_key', '{prospect.*}', '{contact}')"
        );
        make_router(database_.url(), {"127.0.0.0/8"});
    }

    /// Routes over another database or with another address policy.
    void make_router(const std::string& conninfo, const std::vector<std::string>& allowed) {
        router_ = http::Router();
        desk_ = std::make_unique<http::DatabaseDesk>(context_.get_executor(), conninfo, 2, 16);
        client_ = std::make_shared<outbound::HttpClient>(
            context_.get_executor(), must(outbound::AddressPolicy::allowing(allowed))
        );
        http::IntegrationServices services;
        services.configuration = [this] {
            return std::make_shared<const engine::Configuration>(configuration_);
        };
        services.client = client_;
        services.test_limit = test_limit_;
        http::add_openapi_route(router_);
        http::add_integration_routes(router_, *desk_, services);
        configuration_.settings.database.url = conninfo;
        http::add_queue_routes(router_, *desk_, services.configuration);
        http::add_log_routes(router_, *desk_);
        http::add_statistics_routes(router_, *desk_);
        http::add_mapping_routes(router_, *desk_, services.configuration);
        http::add_webhook_log_routes(router_, *desk_, services.configuration);
        http::add_change_routes(router_, *desk_, std::make_shared<http::ChangeWatch>(conninfo));
    }

    static http::Caller tenant(const std::string& name, const std::string& token = "token_of_") {
        http::Caller caller;
        caller.token_id = token + name;
        caller.tenant = name;
        caller.scope = http::Caller::Scope::write;
        return caller;
    }

    static http::Caller administration() {
        http::Caller caller;
        caller.token_id = "token_of_admin";
        caller.scope = http::Caller::Scope::admin;
        return caller;
    }

    using Headers = std::map<std::string, std::string>;

    /// One request as the listener would hand it to its route. Throws where there is none.
    http::Response call(
        const http::Caller& caller,
        const std::string& method,
        const std::string& target,
        const std::string& body = {},
        const Headers& headers = {}
    ) {
        http::Request request;
        request.method = method;
        request.target = target;
        const auto mark = target.find('?');
        request.path = target.substr(0, mark);
        if (mark != std::string::npos) {
            auto rest = target.substr(mark + 1) + "&";
            for (std::size_t at = 0, end = rest.find('&'); end != std::string::npos;
                 at = end + 1, end = rest.find('&', at)) {
                const auto pair = rest.substr(at, end - at);
                const auto sign = pair.find('=');
                request.query.emplace_back(
                    pair.substr(0, sign), sign == std::string::npos ? "" : pair.substr(sign + 1)
                );
            }
        }
        for (const auto& [name, value] : headers) {
            request.headers.push_back({name, value});
        }
        request.body = body;
        request.caller = caller;
        auto found = router_.find(method, request.path);
        if (found.route == nullptr) {
            throw std::runtime_error("there is no route " + method + " " + request.path);
        }
        request.parameters = std::move(found.parameters);
        // The desk's threads are no work that this context knows of.
        const auto guard = boost::asio::make_work_guard(context_);
        return run(found.route->handler(std::move(request)));
    }

    static boost::json::object object_of(const http::Response& response) {
        return boost::json::parse(response.body).as_object();
    }

    /// A fresh integration of the tenant; its id.
    std::string integrate(
        const std::string& owner = "acme", const std::string& base_url = "http://127.0.0.1:9"
    ) {
        const auto answer = call(
            tenant(owner),
            "POST",
            "/api/v1/integrations",
            R"({"integration_type":"probe","config_public":{"base_url":")" + base_url +
                R"("},"config_encrypted":{"api_key":"s3cret-of-)" + owner + R"("}})"
        );
        if (answer.status != 201) {
            throw std::runtime_error("not created: " + answer.body);
        }
        return std::string(object_of(answer).at("integrationId").as_string());
    }

    std::chrono::milliseconds test_limit_{20'000};
    engine::Configuration configuration_;
    http::Router router_;
    std::unique_ptr<http::DatabaseDesk> desk_;
    std::shared_ptr<outbound::HttpClient> client_;
};

}  // namespace navette::test
