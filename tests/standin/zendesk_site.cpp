#include "tests/standin/zendesk_site.hpp"

#include "tests/standin/oauth_server.hpp"
#include "tests/standin/rate_meter.hpp"
#include "tests/standin/url.hpp"
#include "tests/standin/zendesk_account.hpp"
#include "tests/standin/zendesk_answer.hpp"
#include "tests/standin/zendesk_colleague.hpp"
#include "tests/standin/zendesk_exports.hpp"
#include "tests/standin/zendesk_jobs.hpp"
#include "tests/standin/zendesk_organizations.hpp"
#include "tests/standin/zendesk_tickets.hpp"
#include "tests/standin/zendesk_users.hpp"
#include "tests/standin/zendesk_webhooks.hpp"

#include <navette/sdk/signature.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace navette::standin {

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

constexpr std::string_view kBase = "/api/v2";
constexpr std::string_view kTokens = "/oauth/tokens";
// Ids that are not numbers: of jobs and of webhooks.
constexpr std::string_view kNamedIds[] = {"job_statuses", "webhooks"};

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto segment = path.substr(0, path.find('/'));
        if (!segment.empty()) {
            segments.push_back(percent_decoded(segment));
        }
        path.remove_prefix(segment.size());
    }
    constexpr std::string_view kSuffix = ".json";
    if (!segments.empty() && segments.back().ends_with(kSuffix)) {
        segments.back().resize(segments.back().size() - kSuffix.size());
    }
    return segments;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

OAuthRules rules_of(const SiteOptions& options) {
    OAuthRules rules;
    rules.client_id = options.text("client_id", rules.client_id);
    rules.client_secret = options.text("client_secret", rules.client_secret);
    rules.lifetime = std::chrono::seconds(options.number("access_lifetime_s", 1800));
    rules.grants = {"authorization_code", "refresh_token", "client_credentials"};
    rules.more = {{"scope", "read write"}, {"refresh_token_expires_in", 2'592'000}};
    return rules;
}

class ZendeskSite final : public Platform {
  public:
    explicit ZendeskSite(SiteParts parts)
        : account_(std::move(parts.options), parts.effects),
          users_(account_),
          organizations_(account_),
          tickets_(account_, users_),
          jobs_(account_, users_, organizations_),
          exports_(account_, users_),
          webhooks_(account_, parts.outbox),
          colleague_(account_, users_, organizations_, tickets_),
          tokens_(rules_of(account_.options)),
          meter_(
              static_cast<std::size_t>(account_.options.number("rate", 0)),
              std::chrono::milliseconds(account_.options.number("rate_ms", 60'000))
          ) {
        account_.tell = [this](const ZendeskEvent& event) { webhooks_.tell(event); };
    }

    asio::awaitable<Response> answer(Request request) override;
    Response outage(Outage outage) override;
    std::string resource_path(const Request& request) const override;
    std::string endpoint(const Request& request) const override;
    std::optional<Response> control(std::string_view action, const Request& request) override;
    void reset() override;

  private:
    [[nodiscard]] bool is_known(const Request& request) const;
    Response routed(const ZendeskCall& call);
    Response throttled();
    void add_limits(Response& response);
    Response me(bool is_agent) const;

    ZendeskAccount account_;
    ZendeskUsers users_;
    ZendeskOrganizations organizations_;
    ZendeskTickets tickets_;
    ZendeskJobs jobs_;
    ZendeskExports exports_;
    ZendeskWebhooks webhooks_;
    ZendeskColleague colleague_;
    OAuthServer tokens_;
    RateMeter meter_;
};

bool ZendeskSite::is_known(const Request& request) const {
    const auto& options = account_.options;
    const auto expected = options.text("email", "agent@acme.test") + "/token:" + options.text("token", "t-1");
    return request.header("authorization") == "Basic " + sdk::base64(expected) ||
           tokens_.knows(OAuthServer::bearer(request));
}

Response ZendeskSite::me(bool is_agent) const {
    json::object user{
        {"id", nullptr}, {"name", "Anonymous user"}, {"email", "invalid@example.com"}, {"role", "end-user"}
    };
    if (is_agent) {
        user = {
            {"id", 6'596'848'299'999},
            {"name", "Jo Agent"},
            {"email", account_.options.text("email", "agent@acme.test")},
            {"role", account_.options.text("role", "admin")}
        };
    }
    return zendesk_record(200, "user", std::move(user));
}

void ZendeskSite::add_limits(Response& response) {
    if (meter_.limit() == 0) {
        return;
    }
    const auto limit = std::to_string(meter_.limit());
    const auto remaining = std::to_string(meter_.remaining());
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(meter_.until_next()).count();
    response.headers.emplace_back("X-Rate-Limit", limit);
    response.headers.emplace_back("X-Rate-Limit-Remaining", remaining);
    response.headers.emplace_back("ratelimit-limit", limit);
    response.headers.emplace_back("ratelimit-remaining", remaining);
    response.headers.emplace_back("ratelimit-reset", std::to_string(std::max<std::int64_t>(seconds, 0)));
}

Response ZendeskSite::throttled() {
    auto response =
        zendesk_error(429, "APIRateLimitExceeded", "Number of allowed API requests per minute exceeded");
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(meter_.until_next()).count();
    response.headers.emplace_back("Retry-After", std::to_string(std::max<std::int64_t>(seconds, 1)));
    add_limits(response);
    return response;
}

Response ZendeskSite::routed(const ZendeskCall& call) {
    std::optional<Response> response = jobs_.answer(call);
    const auto& kind = call.path.front();
    if (!response && kind == "users") {
        response = users_.answer(call);
    } else if (!response && kind == "organizations") {
        response = organizations_.answer(call);
    } else if (!response && kind == "tickets") {
        response = tickets_.answer(call);
    } else if (!response && kind == "incremental") {
        response = account_.options.text("role", "admin") == "admin"
                       ? exports_.answer(call)
                       : zendesk_titled_error(403, "Forbidden", "You do not have access to this page");
    } else if (!response) {
        response = webhooks_.answer(call);
    }
    return response ? std::move(*response) : zendesk_no_endpoint();
}

asio::awaitable<Response> ZendeskSite::answer(Request request) {
    if (request.path() == kTokens) {
        co_return request.method == "POST" ? tokens_.token(request) : zendesk_html(404, "Not Found");
    }
    ZendeskCall call;
    call.path = segments_of(resource_path(request));
    if (!request.path().starts_with(kBase) || call.path.empty()) {
        co_return zendesk_html(404, "Oops, the page you were looking for doesn't exist");
    }
    jobs_.run_due();
    const bool known = is_known(request);
    // Who is nobody is told so, and not refused.
    if (request.method == "GET" && call.path == std::vector<std::string>{"users", "me"}) {
        co_return me(known);
    }
    if (!known) {
        co_return OAuthServer::bearer(request).empty()
            ? zendesk_error(401, "Couldn't authenticate you")
            : zendesk_json(
                  401,
                  json::object{
                      {"error", "invalid_token"},
                      {"error_description",
                       "The access token provided is expired, revoked, malformed or invalid."}
                  }
              );
    }
    if (!meter_.take()) {
        co_return throttled();
    }
    call.method = request.method;
    call.query = query_parameters(request.query());
    call.idempotency_key = std::string(request.header("idempotency-key"));
    if (!request.body.empty()) {
        boost::system::error_code error;
        call.body = json::parse(request.body, error);
        if (!request.header("content-type").starts_with("application/json")) {
            co_return zendesk_error(415, "UnsupportedMediaType", "The content type must be application/json");
        }
        if (error) {
            co_return zendesk_titled_error(400, "Unprocessable JSON", "Server could not parse JSON");
        }
    }
    auto response = account_.options.text("role", "admin") == "end-user"
                        ? zendesk_titled_error(403, "Forbidden", "You do not have access to this page")
                        : routed(call);
    add_limits(response);
    co_return response;
}

Response ZendeskSite::outage(Outage outage) {
    switch (outage) {
        case Outage::html_503:
            return zendesk_html(503, "Sorry, we are down for maintenance");
        case Outage::database_down: {
            auto response = Response(503, "text/plain", "Service Unavailable");
            response.headers.emplace_back("Retry-After", "1");
            return response;
        }
        case Outage::api_off:
            return zendesk_html(403, "This account has been suspended");
        case Outage::unauthorized:
            return zendesk_error(401, "Couldn't authenticate you");
        case Outage::server_error:
            break;
    }
    return zendesk_titled_error(500, "Internal Server Error", "Something went wrong on our side");
}

std::string ZendeskSite::resource_path(const Request& request) const {
    const auto path = request.path();
    return std::string(path.starts_with(kBase) ? path.substr(kBase.size()) : path);
}

std::string ZendeskSite::endpoint(const Request& request) const {
    auto pattern = request.method + " ";
    std::string previous;
    for (const auto& segment : segments_of(resource_path(request))) {
        const bool named = std::ranges::find(kNamedIds, previous) != std::end(kNamedIds);
        pattern += is_number(segment) || named ? "/{id}" : "/" + segment;
        previous = segment;
    }
    return pattern;
}

std::optional<Response> ZendeskSite::control(std::string_view action, const Request& request) {
    if (request.method != "POST") {
        return std::nullopt;
    }
    boost::system::error_code error;
    const auto body = json::parse(request.body, error);
    const auto wanted = body.is_object() ? body.get_object() : json::object();
    auto ok = zendesk_json(200, json::object{{"ok", true}});
    if (action == "webhook") {
        webhooks_.subscribe_all(text_of(wanted, "url"), text_of(wanted, "secret"));
        return ok;
    }
    if (action == "subscriptions" && wanted.contains("drop")) {
        webhooks_.switch_off();
        return ok;
    }
    if (action == "change") {
        jobs_.run_due();
        const auto id = colleague_.change(wanted);
        return id ? zendesk_json(200, json::object{{"remote_id", *id}})
                  : zendesk_error(404, "no such object or record");
    }
    if (action == "tokens") {
        if (wanted.contains("consent")) {
            return zendesk_json(200, tokens_.consent());
        }
        wanted.contains("revoke") ? tokens_.revoke() : tokens_.expire();
        return ok;
    }
    return std::nullopt;
}

void ZendeskSite::reset() {
    account_.clear();
    tickets_.clear();
    jobs_.clear();
    webhooks_.clear();
    meter_.reset();
}

}  // namespace

SiteKind zendesk_kind() {
    return {
        "zendesk",
        {"users", "organizations", "tickets", "comments", "mails", "webhooks", "triggers"},
        [](SiteParts parts) -> std::unique_ptr<Platform> {
            return std::make_unique<ZendeskSite>(std::move(parts));
        }
    };
}

}  // namespace navette::standin
