#include "tests/standin/shopify_site.hpp"

#include "tests/standin/shopify_execution.hpp"
#include "tests/standin/shopify_limits.hpp"
#include "tests/standin/shopify_resolvers.hpp"
#include "tests/standin/shopify_staff.hpp"
#include "tests/standin/shopify_tokens.hpp"
#include "tests/standin/shopify_validation.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

constexpr int kDearest = 1000;  // what one query may cost

Response plain(unsigned status, const json::value& body) {
    return {status, "application/json; charset=utf-8", json::serialize(body)};
}

Response html(unsigned status, const char* title) {
    return {
        status,
        "text/html",
        "<!DOCTYPE html><html><head><title>" + std::string(title) + "</title></head></html>"
    };
}

json::object of_body(const Request& request) {
    boost::system::error_code error;
    auto body = json::parse(request.body, error);
    return !error && body.is_object() ? std::move(body.get_object()) : json::object();
}

bool is_graphql(const Request& request) {
    return request.path().starts_with("/admin/api/") && request.path().ends_with("/graphql.json");
}

}  // namespace

class ShopifySite final : public Platform {
  public:
    explicit ShopifySite(const SiteParts& parts)
        : shop_(parts), tokens_(parts.options), limits_(parts.options) {}

    boost::asio::awaitable<Response> answer(Request request) override {
        shop_.bulk.advance(shop_);
        if (auto of_files = shop_.bulk.answer_for_files(request)) {
            co_return std::move(*of_files);
        }
        if (request.path() == "/admin/oauth/access_token" && request.method == "POST") {
            co_return tokens_.token(std::move(request));
        }
        if (!is_graphql(request) || request.method != "POST") {
            co_return plain(404, json::object{{"errors", "Not Found"}});
        }
        if (shop_.options.flag("frozen", false)) {
            co_return plain(402, json::object{{"errors", "Unavailable Shop"}});
        }
        if (auto refused = tokens_.refusal(request)) {
            co_return std::move(*refused);
        }
        shop_.bulk.called_as(request.header("host"));
        auto response = serve(request);
        response.headers.emplace_back("X-Shopify-API-Version", shop_.options.text("version", "2026-10"));
        co_return response;
    }

    Response outage(Outage outage) override {
        switch (outage) {
            case Outage::html_503:
                return html(503, "Service Unavailable");
            case Outage::unauthorized:
                return plain(
                    401,
                    json::object{
                        {"errors",
                         "[API] Invalid API key or access token (unrecognized login or wrong password)"}
                    }
                );
            case Outage::api_off:
                return plain(423, json::object{{"errors", "Locked"}});
            case Outage::database_down:
                return plain(
                    200,
                    json::object{
                        {"errors",
                         json::array{graphql::error(
                             "Internal error. Looks like something went wrong on our end. Request ID: "
                             "00000000-0000-0000-0000-000000000000 (include this in support requests).",
                             "INTERNAL_SERVER_ERROR"
                         )}}
                    }
                );
            case Outage::server_error:
                break;
        }
        return plain(500, json::object{{"errors", "Internal Server Error"}});
    }

    std::string resource_path(const Request& request) const override {
        if (!is_graphql(request)) {
            return request.path().starts_with("/admin/oauth")    ? "/oauth"
                   : request.path().starts_with("/bulk-results") ? "/bulk-results"
                                                                 : std::string(request.path());
        }
        const auto body = of_body(request);
        const auto operation = graphql::parse_operation(shopify_text(body, "query"));
        return !operation
                   ? "/unreadable"
                   : (operation->is_mutation ? "/mutation/" : "/query/") + operation->fields.front().name;
    }

    std::string endpoint(const Request& request) const override {
        return request.method + " " + resource_path(request);
    }

    std::optional<Response> control(std::string_view action, const Request& request) override {
        try {
            return ordered(action, of_body(request));
        } catch (const std::exception& wrong) {
            return plain(400, json::object{{"error", wrong.what()}});
        }
    }

    void reset() override {
        shop_.clear();
        tokens_.reset();
        limits_.reset();
    }

  private:
    std::optional<Response> ordered(std::string_view action, const json::object& asked) {
        if (action == "webhook") {
            shop_.tell_everything(shopify_text(asked, "url"), shopify_text(asked, "secret"));
        } else if (action == "change") {
            return plain(200, change_of_somebody(shop_, asked));
        } else if (action == "populate") {
            populate(shop_, asked);
        } else if (action == "order") {
            give_lines(shop_, asked);
        } else if (action == "stock") {
            count_stock(shop_, asked);
        } else if (action == "bulk") {
            shop_.bulk.order(asked);
        } else if (action == "subscriptions") {
            shop_.subscriptions.clear();
        } else if (action == "tokens") {
            if (asked.contains("consent")) {
                return plain(200, tokens_.consent());
            }
            tokens_.expire(asked.contains("revoke"));
        } else {
            return std::nullopt;
        }
        return plain(200, json::object{{"ok", true}});
    }

    Response serve(const Request& request) {
        const auto body = of_body(request);
        if (!body.contains("query")) {
            return plain(
                400,
                json::object{{"errors", json::object{{"query", "Required parameter missing or invalid"}}}}
            );
        }
        const auto operation = graphql::parse_operation(shopify_text(body, "query"));
        if (!operation) {
            return refusal(graphql::error(operation.error(), "parseError"));
        }
        const auto* given = body.if_contains("variables");
        const auto variables = given != nullptr && given->is_object() ? given->get_object() : json::object();
        if (auto errors = graphql::validate(*operation, variables); !errors.empty()) {
            return plain(200, json::object{{"errors", std::move(errors)}});
        }
        const auto cost = graphql::requested_cost(*operation, variables);
        if (cost > kDearest) {
            return refusal(graphql::error(
                "Query cost is " + std::to_string(cost) +
                    ", which exceeds the single query max cost limit (1000).",
                "MAX_COST_EXCEEDED"
            ));
        }
        if (auto refused = limits_.refusal(cost)) {
            return std::move(*refused);
        }
        return run(*operation, variables, cost);
    }

    Response run(const graphql::Operation& operation, const json::object& variables, int cost) {
        auto done = execute(shop_, operation, variables);
        json::object answer;
        answer["data"] = std::move(done.data);
        if (!done.errors.empty()) {
            answer["errors"] = std::move(done.errors);
        }
        answer["extensions"] = limits_.settle(cost, done.cost);
        return plain(200, answer);
    }

    static Response refusal(json::object error) {
        return plain(200, json::object{{"errors", json::array{std::move(error)}}});
    }

    ShopifyShop shop_;
    ShopifyTokens tokens_;
    ShopifyLimits limits_;
};

SiteKind shopify_kind() {
    return {
        "shopify",
        {"customers", "products", "orders", "draft_orders", "webhook_subscriptions"},
        [](const SiteParts& parts) -> std::unique_ptr<Platform> {
            return std::make_unique<ShopifySite>(parts);
        }
    };
}

}  // namespace navette::standin
