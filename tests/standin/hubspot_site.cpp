#include "tests/standin/hubspot_site.hpp"

#include "tests/standin/hubspot_api.hpp"
#include "tests/standin/oauth_server.hpp"
#include "tests/standin/rate_meter.hpp"
#include "tests/standin/url.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace navette::standin {

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

using std::chrono::milliseconds;

std::vector<std::string> split(std::string_view text, char mark) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto part = text.substr(0, text.find(mark));
        if (!part.empty()) {
            parts.emplace_back(part);
        }
        text.remove_prefix(std::min(text.size(), part.size() + 1));
    }
    return parts;
}

std::vector<std::string> segments_of(const Request& request) {
    auto segments = split(request.path(), '/');
    for (auto& segment : segments) {
        segment = percent_decoded(segment);
    }
    return segments;
}

bool is_search(const std::vector<std::string>& path) {
    return path.size() == 5 && path[1] == "objects" && path[4] == "search";
}

hubspot::WebhookRules webhook_rules(const SiteOptions& options) {
    return {
        options.number("portal_id", 55'501'234),
        options.text("client_secret", "client-secret-1"),
        options.flag("generic_webhooks", false)
    };
}

hubspot::ApiRules api_rules(const SiteOptions& options) {
    hubspot::ApiRules rules;
    rules.schema.key_property = options.text("key_property", "navette_external_id");
    rules.schema.without_key = split(options.text("without_key_on", ""), ',');
    rules.schema.required = split(options.text("required", ""), ',');
    rules.without_scope = split(options.text("without_scope", ""), ',');
    rules.search_lag = milliseconds(options.number("search_lag_ms", 250));
    rules.partial_writes = options.flag("partial_writes", true);
    return rules;
}

OAuthRules oauth_rules(const SiteOptions& options) {
    OAuthRules rules;
    rules.client_id = options.text("client_id", "client-1");
    rules.client_secret = options.text("client_secret", "client-secret-1");
    rules.lifetime = std::chrono::seconds(options.number("token_lifetime_s", 1800));
    rules.rotates = options.flag("rotates", true);
    rules.more = {
        {"hub_id", options.number("portal_id", 55'501'234)},
        {"scopes", json::array{"oauth", "crm.objects.contacts.read", "crm.objects.contacts.write"}}
    };
    return rules;
}

RateMeter meter(const SiteOptions& options, const std::string& name, long span) {
    return {
        static_cast<std::size_t>(options.number(name, 0)), milliseconds(options.number(name + "_ms", span))
    };
}

class HubSpotSite final : public Platform {
  public:
    explicit HubSpotSite(SiteParts parts)
        : options_(std::move(parts.options)),
          webhooks_(webhook_rules(options_), parts.outbox),
          api_(api_rules(options_), parts.effects, webhooks_),
          oauth_(oauth_rules(options_)),
          meter_(meter(options_, "rate", 10'000)),
          searches_(meter(options_, "search_rate", 1'000)),
          today_(static_cast<std::size_t>(options_.number("daily", 0)), std::chrono::hours(24)) {}

    asio::awaitable<Response> answer(Request request) override {
        const auto path = segments_of(request);
        if (path.size() == 3 && path[0] == "oauth" && path[2] == "token") {
            co_return token(request);
        }
        if (path.empty() || path[0] != "crm") {
            co_return hubspot::html_answer(404, "Not Found");
        }
        if (auto refused = stranger(request)) {
            co_return std::move(*refused);
        }
        if (auto refused = too_many(is_search(path))) {
            co_return std::move(*refused);
        }
        auto response = api_.answer(request, path);
        if (!is_search(path)) {
            add_limits(response);
        }
        co_return response;
    }

    Response outage(Outage outage) override {
        switch (outage) {
            case Outage::unauthorized:
                return hubspot::refusal(hubspot::unauthorized(false));
            case Outage::html_503:
                return hubspot::html_answer(503, "Service Unavailable");
            case Outage::database_down:
                return {502, "text/plain", "upstream timeout"};
            case Outage::api_off: {
                auto moving = hubspot::json_answer(
                    477, {{"status", "error"}, {"message", "the account moves to another data centre"}}
                );
                moving.headers.emplace_back("Retry-After", "3600");
                return moving;
            }
            case Outage::server_error:
                break;
        }
        return hubspot::json_answer(
            500, {{"status", "error"}, {"message", "internal error"}, {"category", "INTERNAL_ERROR"}}
        );
    }

    std::string resource_path(const Request& request) const override { return std::string(request.path()); }

    std::string endpoint(const Request& request) const override {
        auto pattern = request.method + " ";
        for (const auto& segment : segments_of(request)) {
            const bool is_version = segment.starts_with("20") && segment.size() == 7;
            const bool is_id = segment.find_first_not_of("0123456789") == std::string::npos;
            pattern += is_version ? "/{version}" : (is_id ? "/{id}" : "/" + segment);
        }
        return pattern;
    }

    std::optional<Response> control(std::string_view action, const Request& request) override {
        if (request.method != "POST") {
            return std::nullopt;
        }
        if (action == "change") {
            return api_.change(request);
        }
        boost::system::error_code error;
        const auto parsed = json::parse(request.body, error);
        const auto wanted = error || !parsed.is_object() ? json::object() : parsed.get_object();
        if (action == "webhook") {
            const auto text = [&](const char* name) {
                const auto* value = wanted.if_contains(name);
                return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                              : std::string();
            };
            webhooks_.send_to(text("url"), text("secret"));
            return Response(200, "application/json", R"({"ok":true})");
        }
        return action == "tokens" ? std::optional(tokens(wanted)) : std::nullopt;
    }

    void reset() override {
        api_.clear();
        webhooks_.clear();
        oauth_ = OAuthServer(oauth_rules(options_));
        meter_.reset();
        searches_.reset();
        today_.reset();
        is_revoked_ = false;
    }

  private:
    /// The body is form-urlencoded; a grant that is gone is told in HubSpot's own words too.
    Response token(const Request& request) {
        const auto type = request.header("content-type");
        if (request.method != "POST" || !type.starts_with("application/x-www-form-urlencoded")) {
            return hubspot::json_answer(
                415, {{"status", "error"}, {"message", "the body must be form-urlencoded"}}
            );
        }
        if (!request.query().empty()) {
            return hubspot::refusal(hubspot::invalid_request("no parameters in the address"));
        }
        auto response = oauth_.token(request);
        if (response.status == 400) {
            auto body = json::parse(response.body).as_object();
            const bool is_dead = body.at("error") == "invalid_grant";
            body["status"] = is_dead ? "BAD_REFRESH_TOKEN" : "BAD_REQUEST";
            body["message"] = body.at("error_description");
            response.body = json::serialize(body);
        }
        return response;
    }

    Response tokens(const json::object& wanted) {
        if (wanted.contains("consent")) {
            return {200, "application/json", json::serialize(oauth_.consent())};
        }
        if (wanted.contains("revoke")) {
            oauth_.revoke();
            is_revoked_ = true;
        } else if (wanted.contains("expire")) {
            oauth_.expire();
        }
        return {200, "application/json", R"({"ok":true})"};
    }

    /// Refused where the request carries neither the static token nor one of OAuth's.
    std::optional<Response> stranger(const Request& request) const {
        const auto bearer = OAuthServer::bearer(request);
        const bool is_static = !is_revoked_ && bearer == options_.text("token", "pat-eu1-right-token");
        if (is_static || oauth_.knows(bearer)) {
            return std::nullopt;
        }
        return hubspot::refusal(hubspot::unauthorized(bearer.starts_with("access-")));
    }

    std::optional<Response> too_many(bool search) {
        if (!today_.take()) {
            return hubspot::over_limit("DAILY");
        }
        auto& bucket = search ? searches_ : meter_;
        if (bucket.take()) {
            return std::nullopt;
        }
        auto refused = hubspot::over_limit(search ? "SECONDLY" : "TEN_SECONDLY_ROLLING");
        if (!search) {
            add_limits(refused);
        }
        return refused;
    }

    void add_limits(Response& response) const {
        if (meter_.limit() != 0) {
            response.headers.emplace_back("X-HubSpot-RateLimit-Max", std::to_string(meter_.limit()));
            response.headers.emplace_back(
                "X-HubSpot-RateLimit-Remaining", std::to_string(meter_.remaining())
            );
            response.headers.emplace_back(
                "X-HubSpot-RateLimit-Interval-Milliseconds", options_.text("rate_ms", "10000")
            );
        }
        if (today_.limit() != 0) {
            response.headers.emplace_back("X-HubSpot-RateLimit-Daily", std::to_string(today_.limit()));
            response.headers.emplace_back(
                "X-HubSpot-RateLimit-Daily-Remaining", std::to_string(today_.remaining())
            );
        }
    }

    SiteOptions options_;
    hubspot::Webhooks webhooks_;
    hubspot::Api api_;
    OAuthServer oauth_;
    RateMeter meter_;
    RateMeter searches_;
    RateMeter today_;
    bool is_revoked_ = false;
};

}  // namespace

SiteKind hubspot_kind() {
    std::vector<std::string> kinds;
    for (const auto& type : hubspot::object_types) {
        kinds.emplace_back(type.plural);
    }
    kinds.emplace_back("associations");
    return {"hubspot", std::move(kinds), [](SiteParts parts) -> std::unique_ptr<Platform> {
                return std::make_unique<HubSpotSite>(std::move(parts));
            }};
}

}  // namespace navette::standin
