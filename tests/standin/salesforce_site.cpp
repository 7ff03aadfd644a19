#include "tests/standin/salesforce_site.hpp"

#include "tests/standin/salesforce_collections.hpp"
#include "tests/standin/salesforce_composite.hpp"
#include "tests/standin/salesforce_id.hpp"
#include "tests/standin/salesforce_ingest.hpp"
#include "tests/standin/salesforce_options.hpp"
#include "tests/standin/salesforce_others.hpp"
#include "tests/standin/salesforce_queries.hpp"
#include "tests/standin/salesforce_rows.hpp"
#include "tests/standin/url.hpp"

#include <boost/json.hpp>

#include <charconv>

namespace navette::standin {

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

constexpr std::string_view kTokenPath = "/services/oauth2/token";
constexpr std::string_view kConsentPath = "/services/oauth2/authorize";
constexpr std::string_view kDataPath = "/services/data";
constexpr int kOldest = 31;
constexpr int kLatest = 68;
constexpr std::size_t kLongestTarget = 16'384;

class SalesforceSite final : public Platform {
  public:
    explicit SalesforceSite(SiteParts parts)
        : tokens_(salesforce_token_rules(parts.options)),
          day_(salesforce_day(parts.options)),
          burst_(salesforce_burst(parts.options)),
          org_(salesforce_schema(parts.options), salesforce_duplicate_rule(parts.options), parts.effects),
          rows_(org_),
          collections_(org_),
          composite_(org_, [this](const SalesforceCall& call) { return data(call); }),
          queries_(
              org_,
              static_cast<std::size_t>(parts.options.number("query_rows", 2000)),
              salesforce_organization(parts.options)
          ),
          ingest_(org_, static_cast<int>(parts.options.number("ingest_polls", 1))),
          messages_(parts.outbox, salesforce_organization(parts.options)),
          others_(org_, messages_) {}

    asio::awaitable<Response> answer(Request request) override {
        if (request.path() == kTokenPath) {
            co_return tokens_.answer(request);
        }
        if (request.path() == kConsentPath && request.method == "GET") {
            co_return tokens_.authorize(request);
        }
        co_return api(request);
    }

    Response outage(Outage outage) override;
    std::string resource_path(const Request& request) const override;
    std::string endpoint(const Request& request) const override;
    std::optional<Response> control(std::string_view action, const Request& request) override;

    void reset() override {
        org_.clear();
        queries_.clear();
        ingest_.clear();
        messages_.clear();
        day_.reset();
        burst_.reset();
    }

  private:
    Response api(const Request& request);
    SalesforceAnswer data(const SalesforceCall& call);
    SalesforceAnswer limits() const;
    Response with_usage(Response response) const;

    SalesforceTokens tokens_;
    RateMeter day_;
    RateMeter burst_;
    SalesforceOrg org_;
    SalesforceRows rows_;
    SalesforceCollections collections_;
    SalesforceComposite composite_;
    SalesforceQueries queries_;
    SalesforceIngest ingest_;
    SalesforceMessages messages_;
    SalesforceOthers others_;
};

Response SalesforceSite::with_usage(Response response) const {
    const auto used = day_.limit() - day_.remaining();
    response.headers.emplace_back(
        "Sforce-Limit-Info", "api-usage=" + std::to_string(used) + "/" + std::to_string(day_.limit())
    );
    return response;
}

SalesforceAnswer SalesforceSite::limits() const {
    json::object daily;
    daily["Max"] = day_.limit();
    daily["Remaining"] = day_.remaining();
    return answered(200, json::object{{"DailyApiRequests", std::move(daily)}});
}

SalesforceAnswer SalesforceSite::data(const SalesforceCall& call) {
    const auto first = call.part(0);
    if (first == "query" || first == "queryAll") {
        return queries_.answer(call);
    }
    if (first == "sobjects" && call.path.size() > 1) {
        return rows_.answer(call);
    }
    if (first == "composite") {
        return call.part(1) == "sobjects" ? collections_.answer(call) : composite_.answer(call);
    }
    if (first == "jobs" && call.part(1) == "ingest") {
        return ingest_.answer(call);
    }
    return first == "limits" ? limits() : no_such_resource();
}

Response SalesforceSite::api(const Request& request) {
    if (request.target.size() > kLongestTarget) {
        return on_wire(refused_call(414, {"URI_TOO_LONG", "the address is longer than 16384 bytes"}));
    }
    const auto path = request.path();
    if (!path.starts_with(kDataPath)) {
        return {404, "text/html", "<html><head><title>URL No Longer Exists</title></head></html>"};
    }
    auto segments = salesforce_segments(path.substr(kDataPath.size()));
    if (segments.empty()) {
        json::array versions;
        versions.push_back({{"label", "Winter '27"}, {"url", "/services/data/v68.0"}, {"version", "68.0"}});
        return on_wire(answered(200, std::move(versions)));
    }
    if (!tokens_.server().knows(OAuthServer::bearer(request))) {
        return on_wire(refused_call(401, {"INVALID_SESSION_ID", "Session expired or invalid"}));
    }
    if (!burst_.take()) {
        return with_usage(
            on_wire(refused_call(403, {"REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded."}))
        );
    }
    if (!day_.take()) {
        return with_usage(
            on_wire(refused_call(403, {"REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."}))
        );
    }
    int version = 0;
    const auto& named = segments.front();
    std::from_chars(named.data() + 1, named.data() + named.size(), version);
    if (!named.starts_with('v') || version > kLatest || version < 1) {
        return with_usage(on_wire(no_such_resource()));
    }
    if (version < kOldest) {
        return with_usage(
            on_wire(refused_call(410, {"GONE", "The requested API version is no longer supported"}))
        );
    }
    SalesforceCall call;
    call.method = request.method;
    call.version = named.substr(1);
    call.path.assign(segments.begin() + 1, segments.end());
    call.query = query_parameters(request.query());
    call.text = request.body;
    call.allow_duplicates =
        request.header("sforce-duplicate-rule-header").find("allowSave=true") != std::string_view::npos;
    const bool is_csv = request.header("content-type").starts_with("text/csv");
    if (!request.body.empty() && !is_csv) {
        boost::system::error_code error;
        call.body = json::parse(request.body, error);
        if (error) {
            return with_usage(on_wire(
                refused_call(400, {"JSON_PARSER_ERROR", "Unexpected character at [line:1, column:1]"})
            ));
        }
    }
    return with_usage(on_wire(data(call)));
}

Response SalesforceSite::outage(Outage outage) {
    switch (outage) {
        case Outage::html_503:
            return {
                503, "text/html", "<html><head><title>We are down for maintenance.</title></head></html>"
            };
        case Outage::database_down:
            return on_wire(refused_call(503, {"SERVER_UNAVAILABLE", "Server temporarily unavailable"}));
        case Outage::api_off:
            return on_wire(refused_call(
                403, {"API_DISABLED_FOR_ORG", "API is not enabled for this Organization or Partner"}
            ));
        case Outage::unauthorized:
            return on_wire(refused_call(401, {"INVALID_SESSION_ID", "Session expired or invalid"}));
        case Outage::server_error:
            break;
    }
    return on_wire(refused_call(
        500,
        {"UNKNOWN_EXCEPTION",
         "An unexpected error occurred. Please include this ErrorId if you contact support: 1-1 (1)"}
    ));
}

std::string SalesforceSite::resource_path(const Request& request) const {
    const auto path = request.path();
    if (!path.starts_with(kDataPath)) {
        return std::string(path);
    }
    const auto rest = path.substr(kDataPath.size());
    return std::string(rest.substr(std::min(rest.find('/', 1), rest.size())));
}

std::string SalesforceSite::endpoint(const Request& request) const {
    const auto segments = salesforce_segments(resource_path(request));
    std::string pattern = request.method + " ";
    for (std::size_t at = 0; at < segments.size(); ++at) {
        const auto& before = at == 0 ? std::string() : segments[at - 1];
        const bool is_locator = before == "query" || before == "ingest";
        const bool is_last_of_record = segments.front() == "sobjects" && at == segments.size() - 1 &&
                                       at > 1 &&
                                       segments[at].find_first_of("0123456789") != std::string::npos;
        pattern += is_locator || is_last_of_record ? "/{id}" : "/" + segments[at];
    }
    return pattern;
}

std::optional<Response> SalesforceSite::control(std::string_view action, const Request& request) {
    boost::system::error_code error;
    const auto parsed = json::parse(request.body.empty() ? "{}" : request.body, error);
    if (error || !parsed.is_object() || request.method != "POST") {
        return std::nullopt;
    }
    const auto& wish = parsed.get_object();
    const auto is_wished = [&wish](std::string_view name) {
        const auto* value = wish.if_contains(name);
        return value != nullptr && *value == json::value(true);
    };
    const auto text = [&wish](std::string_view name) {
        const auto* value = wish.if_contains(name);
        return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
    };
    Response done(200, "application/json", R"({"ok":true})");
    if (action == "webhook") {
        messages_.subscribe(text("url"), text("secret"));
        return done;
    }
    if (action == "change") {
        return others_.change(wish);
    }
    if (action == "ingest" && is_wished("finish")) {
        return Response(
            200, "application/json", json::serialize(json::object{{"finished", ingest_.finish()}})
        );
    }
    if (action != "tokens") {
        return std::nullopt;
    }
    if (is_wished("consent")) {
        return Response(200, "application/json", json::serialize(tokens_.server().consent()));
    }
    if (is_wished("revoke")) {
        tokens_.server().revoke();
    }
    if (is_wished("expire")) {
        tokens_.server().expire();
    }
    return done;
}

}  // namespace

SiteKind salesforce_kind() {
    return {
        "salesforce",
        {"Lead", "Contact", "Account", "Opportunity", "Task", "ContentNote"},
        [](SiteParts parts) -> std::unique_ptr<Platform> {
            return std::make_unique<SalesforceSite>(std::move(parts));
        }
    };
}

}  // namespace navette::standin
