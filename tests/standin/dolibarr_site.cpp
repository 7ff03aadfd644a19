#include "tests/standin/dolibarr_site.hpp"

#include "tests/standin/dolibarr_text.hpp"
#include "tests/standin/dolibarr_waf.hpp"
#include "tests/standin/pause.hpp"
#include "tests/standin/url.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace navette::standin {

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

constexpr std::string_view kBases[] = {"/api/index.php", "/api"};
constexpr std::string_view kAccessSource = "api_access.class.php:170";
constexpr std::string_view kRestlerSource = "Routes.php:431";

// Parts of a real site that this one does not have: they answer as if their module were disabled.
constexpr std::string_view kOtherModules[] = {
    "invoices",
    "categories",
    "proposals",
    "bankaccounts",
    "stockmovements",
    "warehouses",
    "documents",
    "tickets",
    "contracts",
    "shipments",
    "interventions",
    "supplierorders",
    "supplierinvoices",
    "tasks",
    "expensereports",
};
// After these words a path holds a value, not a word of the API.
constexpr std::string_view kBeforeValue[] = {"ref", "ref_ext", "email", "contact"};

std::vector<std::string> segments_of(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        if (!segment.empty()) {
            segments.emplace_back(segment);
        }
        path.remove_prefix(segment.size());
    }
    return segments;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string sent_key(const Request& request) {
    if (!request.header("dolapikey").empty()) {
        return std::string(request.header("dolapikey"));
    }
    constexpr std::string_view kBearer = "Bearer ";
    if (request.header("authorization").starts_with(kBearer)) {
        return std::string(request.header("authorization").substr(kBearer.size()));
    }
    const auto parameters = query_parameters(request.query());
    for (const std::string name : {"DOLAPIKEY", "api_key"}) {
        if (const auto found = parameters.find(name); found != parameters.end()) {
            return found->second;
        }
    }
    return "";
}

bool accepts_json(std::string_view accept) {
    return accept.empty() || accept.find("json") != std::string_view::npos ||
           accept.find("*/*") != std::string_view::npos;
}

}  // namespace

std::vector<std::string> DolibarrSite::kinds() {
    return {"thirdparties", "contacts", "products", "orders", "projects", "agendaevents"};
}

DolibarrSite::DolibarrSite(DolibarrSettings settings, DolibarrClock clock, Effects& effects, Outbox* outbox)
    : environment_(std::move(settings), std::move(clock), effects),
      thirdparties_(environment_),
      contacts_(environment_),
      products_(environment_),
      orders_(environment_),
      projects_(environment_),
      agenda_(environment_),
      setup_(environment_),
      meter_(environment_.settings.rate, environment_.settings.rate_span),
      stranger_([this](const std::string& method, const std::string& path, const json::object& body) {
          return answer_stranger(method, path, body);
      }),
      outbox_(outbox) {
    for (DolibarrResource* resource : std::initializer_list<DolibarrResource*>{
             &thirdparties_, &contacts_, &products_, &orders_, &projects_, &agenda_
         }) {
        resource->on_event = [this](const AutoEvent& event) {
            agenda_.add(event);
            send_webhooks(event);
        };
        resources_[std::string(resource->layout().kind)] = resource;
    }
}

Response DolibarrSite::refuse(const Refused& refused, std::string_view source) const {
    return refusal(refused, environment_.settings.production ? std::string_view() : source);
}

std::string DolibarrSite::resource_path(const Request& request) const {
    for (const std::string_view base : kBases) {
        const std::string_view rest = request.path().substr(std::min(base.size(), request.path().size()));
        if (request.path().starts_with(base) && (rest.empty() || rest.front() == '/')) {
            return std::string(rest);
        }
    }
    return "";
}

std::string DolibarrSite::endpoint(const Request& request) const {
    std::string pattern = request.method + " ";
    std::string_view previous;
    const auto segments = segments_of(resource_path(request));
    for (const std::string& segment : segments) {
        const bool value = std::ranges::find(kBeforeValue, previous) != std::end(kBeforeValue);
        pattern += is_number(segment) ? "/{id}" : (value ? "/{key}" : "/" + segment);
        previous = segment;
    }
    return pattern;
}

asio::awaitable<std::optional<Response>> DolibarrSite::authenticate(const Request& request) const {
    const std::string key = sent_key(request);
    if (key.empty()) {
        const Refused refused(
            401,
            "Failed to login to API. Neither parameter 'HTTP_DOLAPIKEY' nor 'HTTP_AUTHORIZATION' found on "
            "HTTP header "
            "(and no parameter DOLAPIKEY in URL)."
        );
        co_return refuse(refused, kAccessSource);
    }
    if (key != environment_.settings.api_key) {
        co_await pause(environment_.settings.wrong_key_delay);
        const Refused refused(
            401,
            "Error user not valid (not found with api key or bad status or bad validity dates) "
            "(conf->entity=1)"
        );
        co_return refuse(refused, kAccessSource);
    }
    co_return std::nullopt;
}

Checked<Call> DolibarrSite::read(const Request& request, std::vector<std::string> path) const {
    Call call;
    call.method = request.method;
    call.path = std::move(path);
    call.query = query_parameters(request.query());
    call.has_body = !request.body.empty();
    if (!accepts_json(request.header("accept"))) {
        return std::unexpected(Refused(406, "Content negotiation failed. Try 'application/json' instead."));
    }
    if (!call.has_body) {
        return call;
    }
    const std::string_view type = request.header("content-type");
    if (!type.starts_with("application/json")) {
        return std::unexpected(Refused(403, "Content type `" + std::string(type) + "` is not supported."));
    }
    boost::system::error_code error;
    call.body = json::parse(request.body, error);
    if (error) {
        return std::unexpected(Refused(400, "Error parsing JSON, malformed JSON"));
    }
    return call;
}

asio::awaitable<Response> DolibarrSite::answer(Request request) {
    if (!meter_.take()) {
        auto refused = html_answer(429, "<html><head><title>429 Too Many Requests</title></head></html>");
        const auto seconds = std::chrono::ceil<std::chrono::seconds>(meter_.until_next());
        refused.headers.emplace_back("Retry-After", std::to_string(seconds.count()));
        co_return refused;
    }
    co_return co_await answer_admitted(std::move(request));
}

asio::awaitable<Response> DolibarrSite::answer_admitted(Request request) {
    if (refused_by_waf(request.path(), request.query())) {
        co_return html_answer(403, "Access refused by SQL or Script injection protection in main.inc.php");
    }
    const std::string path = resource_path(request);
    auto segments = segments_of(path);
    if (segments.empty() || folded(path).find("%2f") != std::string::npos) {
        co_return html_answer(404, "<html><head><title>404 Not Found</title></head></html>");
    }
    for (std::string& segment : segments) {
        segment = percent_decoded(segment);
    }
    const std::string kind = segments.front();
    segments.erase(segments.begin());
    const auto resource = resources_.find(kind);
    const bool elsewhere = std::ranges::find(kOtherModules, kind) != std::end(kOtherModules);
    if (resource == resources_.end() && !DolibarrSetup::owns(kind) && !elsewhere) {
        co_return html_answer(501, "API not found (failed to include API file)");
    }
    if (auto refused = co_await authenticate(request)) {
        co_return std::move(*refused);
    }
    if (elsewhere) {
        co_return refuse({403, ""}, kRestlerSource);
    }
    if (request.method == "PATCH") {
        co_return refuse({405, ""}, kRestlerSource);
    }
    auto call = read(request, std::move(segments));
    if (!call) {
        co_return refuse(call.error(), kRestlerSource);
    }
    if (resource == resources_.end()) {
        co_return setup_.answer(kind, *call);
    }
    co_return co_await resource->second->answer(std::move(*call));
}

Response DolibarrSite::outage(Outage outage) {
    switch (outage) {
        case Outage::database_down:
            return html_answer(
                202,
                "This website or feature is currently temporarily not available or failed after a "
                "technical error.<br><br>Please contact your administrator."
            );
        case Outage::api_off:
            return html_answer(200, "Module <b>Api</b> must be enabled.");
        case Outage::html_503:
            return html_answer(
                503, "<html><head><title>503 Service Temporarily Unavailable</title></head></html>"
            );
        case Outage::unauthorized: {
            const Refused refused(
                401,
                "Error user not valid (not found with api key or bad status or bad validity dates) "
                "(conf->entity=1)"
            );
            return refuse(refused, kAccessSource);
        }
        case Outage::server_error:
            break;
    }
    // A crash of PHP is a 500 with an empty body; a PHP that nginx cannot reach is its own 502 page.
    if (environment_.happens(0.5)) {
        return {500, "application/json", ""};
    }
    return html_answer(502, "<html><head><title>502 Bad Gateway</title></head></html>");
}

void DolibarrSite::send_webhooks(const AutoEvent& event) {
    if (outbox_ == nullptr) {
        return;
    }
    const json::object body{{"triggercode", event.trigger}, {"object", event.object}};
    for (auto& url : setup_.webhooks_for(event.trigger)) {
        outbox_->post(
            {std::move(url),
             {{"User-Agent", "Dolibarr geturl function"}, {"Content-Type", "application/json"}},
             json::serialize(body),
             event.trigger}
        );
    }
}

Response DolibarrSite::answer_stranger(
    const std::string& method, const std::string& path, const json::object& body
) {
    Request request;
    request.method = method;
    request.target = std::string(kBases[0]) + path;
    request.headers = {{"dolapikey", environment_.settings.api_key}, {"content-type", "application/json"}};
    request.body = body.empty() ? "" : json::serialize(body);
    // Nobody else works at this moment, so the answer waits for nothing outside.
    asio::io_context own(1);
    Response response;
    asio::co_spawn(own, answer_admitted(std::move(request)), [&](std::exception_ptr, Response answered) {
        response = std::move(answered);
    });
    own.run();
    return response;
}

std::optional<Response> DolibarrSite::control(std::string_view action, const Request& request) {
    if (request.method != "POST" || (action != "webhook" && action != "change")) {
        return std::nullopt;
    }
    boost::system::error_code error;
    const auto body = json::parse(request.body, error);
    if (error || !body.is_object()) {
        return Response(400, "application/json", R"({"error":"an object is wanted"})");
    }
    if (action == "change") {
        return stranger_.change(body.as_object());
    }
    // Dolibarr signs nothing: the secret is part of the address.
    const auto& wanted = body.as_object();
    setup_.add_webhook(
        std::string(wanted.at("url").as_string()) + "?token=" + std::string(wanted.at("secret").as_string())
    );
    return json_answer(json::object{{"ok", true}});
}

void DolibarrSite::reset() {
    ++environment_.generation;
    environment_.random.seed(environment_.settings.seed);
    for (const auto& [kind, resource] : resources_) {
        resource->clear();
    }
    setup_.clear();
    meter_.reset();
}

}  // namespace navette::standin
