#include "tests/standin/shopify_site.hpp"

#include "tests/standin/shopify_limits.hpp"
#include "tests/standin/shopify_projection.hpp"
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

const ShopifyRoots& roots() {
    static const ShopifyRoots all = [] {
        ShopifyRoots made;
        add_customer_roots(made);
        add_product_roots(made);
        add_inventory_roots(made);
        add_order_roots(made);
        add_draft_order_roots(made);
        add_shop_roots(made);
        return made;
    }();
    return all;
}

/// The arguments of a root field, with the key of its directive @idempotent.
json::object arguments_of(const graphql::Field& field, const json::object& variables) {
    auto arguments = graphql::with_variables(field.arguments, variables).as_object();
    for (const auto& directive : field.directives) {
        if (directive.name == "idempotent") {
            const auto given = graphql::with_variables(directive.arguments, variables).as_object();
            arguments["@idempotent"] = given.at("key");
        }
    }
    return arguments;
}

}  // namespace

class ShopifySite final : public Platform {
  public:
    explicit ShopifySite(const SiteParts& parts)
        : shop_(parts), tokens_(parts.options), limits_(parts.options) {}

    boost::asio::awaitable<Response> answer(Request request) override {
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
            return request.path().starts_with("/admin/oauth") ? "/oauth" : std::string(request.path());
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
        } else if (action == "order") {
            give_lines(shop_, asked);
        } else if (action == "stock") {
            count_stock(shop_, asked);
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
        json::object full;
        json::object data;
        json::array errors;
        int actual = 0;
        for (const auto& field : operation.fields) {
            try {
                const auto& root = roots().at(field.name);
                require_scope(field.name, root.scope);
                full[field.name] = root.answer(shop_, arguments_of(field, variables));
                const auto cut = graphql::project(
                    full, operation.is_mutation ? "Mutation" : "QueryRoot", {field}, variables
                );
                data[field.alias] = cut.object.at(field.alias);
                actual += operation.is_mutation ? 10 : cut.cost;
            } catch (const ShopifyError& refused) {
                auto error = graphql::error(refused.what(), refused.code);
                error["path"] = json::array{field.alias};
                errors.push_back(std::move(error));
                data[field.alias] = nullptr;
            } catch (const graphql::BadCursor& refused) {
                errors.push_back(graphql::error(refused.what(), "BAD_REQUEST"));
                data[field.alias] = nullptr;
            }
        }
        json::object answer;
        answer["data"] = std::move(data);
        if (!errors.empty()) {
            answer["errors"] = std::move(errors);
        }
        answer["extensions"] = limits_.settle(cost, actual);
        return plain(200, answer);
    }

    void require_scope(const std::string& field, const std::string& scope) {
        const auto held = "," + shop_.options.text("scopes", "") + ",";
        if (scope.empty() || held == ",,") {
            return;
        }
        const auto what = scope.substr(scope.find('_'));
        const bool may = held.find("," + scope + ",") != std::string::npos ||
                         held.find(",write" + what + ",") != std::string::npos;
        if (!may) {
            throw ShopifyError(
                "Access denied for " + field + " field. Required access: `" + scope + "` access scope.",
                "ACCESS_DENIED"
            );
        }
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
