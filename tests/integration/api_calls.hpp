// Requests to the API's routes without a listener: router, desk and PostgreSQL are real.
#pragma once

#include "daemon/http/configured_operation.hpp"
#include "daemon/http/database_desk.hpp"
#include "daemon/http/percent.hpp"
#include "daemon/http/router.hpp"
#include "tests/integration/lane_fixture.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace navette::test {

namespace json = boost::json;

inline constexpr const char* kSecret = "s3cr3t-shop-key-4711";

/// The shop, which also sends webhooks: {"shop": ..., "events": [{"id", "type", "object", "remote_id"}]}.
class HookShopConnector final : public sdk::Connector {
  public:
    [[nodiscard]] std::string_view slug() const override { return "shop"; }
    sdk::Task<sdk::TestReport> test(sdk::Session& session) override { return shop_.test(session); }
    sdk::Task<std::vector<sdk::Outcome>> push(sdk::Session& session, std::vector<sdk::Operation> batch)
        override {
        return shop_.push(session, std::move(batch));
    }
    [[nodiscard]] std::expected<std::vector<sdk::WebhookEvent>, std::string> parse(
        const sdk::WebhookRequest& request
    ) const override {
        boost::system::error_code error;
        const auto body = json::parse(request.body, error);
        if (error) {
            return std::unexpected(std::string("the body is no JSON"));
        }
        std::vector<sdk::WebhookEvent> events;
        for (const auto& item : body.at("events").as_array()) {
            auto& event = events.emplace_back();
            event.deduplication_key = item.at("id").as_string();
            event.event_type = item.at("type").as_string();
            event.object = item.at("object").as_string();
            event.remote_id = item.at("remote_id").as_string();
        }
        return events;
    }

  private:
    ShopConnector shop_;
};

/// Tenants acme (int_1) and zenith (int_z) of the platform "shop", whose key is a secret.
class ApiTest : public SchemaTest {
  protected:
    ApiTest() : desk_(context_.get_executor(), database_.url(), 2) {
        add_platform("shop", "{item.*}", "{item}");
        add_integration("acme", "int_1");
        add_integration("zenith", "int_z");
        configuration_->settings.database.url = database_.url();
        configuration_->vault = must(secrets::Vault::with_key(secrets::Vault::generate_key("main")));
        configuration_->inventory = inventory();
        for (const auto& [tenant, id] : {std::pair("acme", "int_1"), std::pair("zenith", "int_z")}) {
            const auto sealed = configuration_->vault->seal(
                engine::encode_secrets({{"api_key", kSecret}}), secrets::owner_of(tenant, id)
            );
            database_.exec(
                "UPDATE navette.tenant_integrations SET config_encrypted = '" + store::bytea_literal(sealed) +
                "' WHERE id = '" + id + "'"
            );
        }
    }

    [[nodiscard]] http::CurrentConfiguration configuration() const {
        return [configuration = configuration_]() -> std::shared_ptr<const engine::Configuration> {
            return configuration;
        };
    }

    static http::Caller tenant(
        const std::string& name, http::Caller::Scope scope = http::Caller::Scope::write
    ) {
        return {"t-" + name, name, scope};
    }
    static http::Caller administration() { return {"t-admin", "", http::Caller::Scope::admin}; }

    struct Call {
        std::string method{"GET"};
        std::string target;
        std::string body{};
        http::Caller caller = tenant("acme");
        std::vector<sdk::Header> headers{};
    };

    http::Request request_of(const Call& call, const http::Router::Found& found) {
        http::Request request;
        request.id = "r";
        request.method = call.method;
        request.target = call.target;
        const auto mark = call.target.find('?');
        request.path = call.target.substr(0, mark);
        if (mark != std::string::npos) {
            request.query = http::query_pairs(call.target.substr(mark + 1));
        }
        request.parameters = found.parameters;
        request.headers = call.headers;
        request.body = call.body;
        request.caller = call.caller;
        return request;
    }

    boost::asio::awaitable<http::Response> begin(const Call& call) {
        const auto found = router_.find(call.method, call.target.substr(0, call.target.find('?')));
        if (found.route == nullptr) {
            throw std::runtime_error("no route for " + call.method + " " + call.target);
        }
        return found.route->handler(request_of(call, found));
    }

    http::Response ask(const Call& call) { return run(begin(call)); }

    http::Response get(const std::string& target, const http::Caller& caller = tenant("acme")) {
        return ask({.target = target, .caller = caller});
    }
    http::Response post(
        const std::string& target, const std::string& body = {}, const http::Caller& caller = tenant("acme")
    ) {
        return ask({.method = "POST", .target = target, .body = body, .caller = caller});
    }

    static json::object body_of(const http::Response& response) {
        return json::parse(response.body).as_object();
    }

    /// "400 status" for a problem that names the field; "200 " otherwise.
    static std::string verdict(const http::Response& response) {
        auto text = std::to_string(response.status) + " ";
        if (response.status < 400) {
            return text;
        }
        const auto body = body_of(response);
        EXPECT_EQ(sdk::first_header(response.headers, "Content-Type"), "application/problem+json")
            << response.body;
        return text + store::text_of(body, "field");
    }

    /// One member of each row, over all pages. `between` runs after each page.
    std::vector<std::string> pages(
        const std::string& target,
        const std::string& member,
        const std::function<void()>& between = [] {},
        const http::Caller& caller = tenant("acme")
    ) {
        std::vector<std::string> seen;
        const auto separator = target.find('?') == std::string::npos ? "?" : "&";
        std::string next = target;
        for (int page = 0; page < 1'000; ++page) {
            const auto answer = get(next, caller);
            EXPECT_EQ(answer.status, 200) << answer.body;
            if (answer.status != 200) {
                break;
            }
            const auto body = body_of(answer);
            for (const auto& row : body.at("data").as_array()) {
                const auto& value = row.at(member);
                seen.push_back(value.is_string() ? std::string(value.get_string()) : json::serialize(value));
            }
            if (body.at("next_cursor").is_null()) {
                break;
            }
            next = target + separator + "cursor=" + std::string(body.at("next_cursor").as_string());
            between();
        }
        return seen;
    }

    std::shared_ptr<engine::Configuration> configuration_ = std::make_shared<engine::Configuration>();
    http::Router router_;
    http::DatabaseDesk desk_;

  private:
    static std::shared_ptr<const plugins::Inventory> inventory() {
        auto loaded = std::make_shared<plugins::LoadedConnector>();
        loaded->manifest.slug = "shop";
        loaded->manifest.name = "Shop";
        loaded->manifest.base_url = "http://shop.test";
        config::ConfigField key;
        key.name = "api_key";
        key.type = config::ConfigField::Type::secret;
        loaded->manifest.config.push_back(std::move(key));
        config::AuthSpec auth;
        auth.type = config::AuthSpec::Type::api_key;
        auth.header = "X-Shop-Key";
        auth.value = "${api_key}";
        loaded->manifest.auth.push_back(std::move(auth));
        config::ObjectSpec object;
        object.name = "item";
        config::MappingRule rule;
        rule.local = "name";
        rule.remote = "name";
        object.mapping.push_back(std::move(rule));
        loaded->manifest.objects.push_back(std::move(object));
        loaded->connector = std::make_shared<HookShopConnector>();
        return std::make_shared<const plugins::Inventory>(
            std::vector<std::shared_ptr<const plugins::LoadedConnector>>{loaded},
            std::vector<plugins::Refusal>{}
        );
    }
};

}  // namespace navette::test
