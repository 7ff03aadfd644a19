#include "tests/standin/woocommerce_site.hpp"

#include "tests/standin/rate_meter.hpp"
#include "tests/standin/url.hpp"
#include "tests/standin/woocommerce_auth.hpp"
#include "tests/standin/woocommerce_customers.hpp"
#include "tests/standin/woocommerce_hooks.hpp"
#include "tests/standin/woocommerce_orders.hpp"
#include "tests/standin/woocommerce_products.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace navette::standin {

namespace {

using namespace woocommerce;

constexpr std::string_view kApi = "/wp-json";
constexpr std::string_view kRoutes = "/wc/v3";

Keys keys_of(const SiteOptions& options) {
    return {
        options.text("consumer_key", "ck_1"),
        options.text("consumer_secret", "cs_1"),
        options.text("permission", "read_write"),
        options.text("home", ""),
        options.flag("tls", false),
    };
}

/// Whether a version such as "8.9.1" is before 9.9.
bool is_before_9_9(const std::string& version) {
    const auto dot = version.find('.');
    const auto major = std::strtol(version.c_str(), nullptr, 10);
    const auto minor = dot == std::string::npos ? 0 : std::strtol(version.c_str() + dot + 1, nullptr, 10);
    return major < 9 || (major == 9 && minor < 9);
}

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
    return segments;
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Refusal no_route() {
    return {404, "rest_no_route", "No route was found matching the URL and request method.", {}};
}

class Site final : public Platform {
  public:
    explicit Site(SiteParts parts)
        : options_(parts.options),
          shop_(parts.effects),
          keeper_(keys_of(parts.options)),
          meter_(
              static_cast<std::size_t>(parts.options.number("rate", 0)),
              std::chrono::milliseconds(parts.options.number("rate_ms", 1000))
          ),
          customers_(shop_),
          products_(shop_),
          orders_(shop_, products_, customers_),
          hooks_(shop_, parts.outbox) {
        shop_.utc_offset = std::chrono::minutes(options_.number("utc_offset_minutes", 60));
        shop_.counts_tax = options_.flag("counts_tax", true);
        shop_.is_old = is_before_9_9(version());
        shop_.on_change = [this](const Change& change) { hooks_.deliver(change); };
    }

    boost::asio::awaitable<Response> answer(Request request) override { co_return answered(request); }

    Response outage(Outage outage) override;

    std::string resource_path(const Request& request) const override {
        auto path = request.path();
        for (const auto prefix : {kApi, kRoutes}) {
            if (path.starts_with(prefix)) {
                path.remove_prefix(prefix.size());
            }
        }
        return path.empty() ? "/" : std::string(path);
    }

    std::string endpoint(const Request& request) const override {
        auto pattern = request.method + " ";
        for (const auto& segment : segments_of(resource_path(request))) {
            pattern += is_number(segment) ? "/{id}" : "/" + segment;
        }
        return pattern;
    }

    std::optional<Response> control(std::string_view action, const Request& request) override;

    void reset() override {
        for (Resource* resource : std::initializer_list<Resource*>{&customers_, &products_, &orders_}) {
            resource->clear();
        }
        hooks_.clear();
        keeper_.forget_nonces();
        meter_.reset();
        shop_.last_post = 0;
    }

  private:
    [[nodiscard]] std::string version() const { return options_.text("version", "9.9.5"); }
    Response answered(const Request& request);
    Response routed(const Request& request, std::vector<std::string> segments);
    Checked<std::string> changed(const json::object& wanted);

    SiteOptions options_;
    Shop shop_;
    Doorkeeper keeper_;
    RateMeter meter_;
    Customers customers_;
    Products products_;
    Orders orders_;
    Hooks hooks_;
    int strangers_ = 0;  // what somebody else made, for their names
};

Response Site::answered(const Request& request) {
    if (!request.path().starts_with(kApi)) {
        return html_answer(404, "<html><head><title>404 Not Found</title></head></html>");
    }
    if (!meter_.take()) {
        auto refused = html_answer(429, "<html><head><title>429 Too Many Requests</title></head></html>");
        const auto wait = std::chrono::ceil<std::chrono::seconds>(meter_.until_next());
        refused.headers.emplace_back("Retry-After", std::to_string(std::max<std::int64_t>(1, wait.count())));
        return refused;
    }
    // A real shop knows its address; this one learns it from who calls.
    shop_.home = options_.text("home", "http://" + std::string(request.header("host")));
    const auto path = request.path().substr(kApi.size());
    if (path.empty() || path == "/") {
        return json_answer(
            {{"name", "Shop"},
             {"home", shop_.home},
             {"url", shop_.home},
             {"namespaces", json::array{"wp/v2", "wc/v3"}}}
        );
    }
    if (!path.starts_with(kRoutes)) {
        return error_answer(no_route());
    }
    if (auto refusal = keeper_.refuse(request, shop_.clock.present() / 1000)) {
        return error_answer(*refusal);
    }
    return routed(request, segments_of(path.substr(kRoutes.size())));
}

Response Site::routed(const Request& request, std::vector<std::string> segments) {
    if (segments.empty()) {
        return error_answer(no_route());
    }
    Call call;
    call.method = request.method;
    call.query = query_parameters(request.query());
    if (request.header("content-type").starts_with("application/json") && !request.body.empty()) {
        boost::system::error_code error;
        call.body = json::parse(request.body, error);
        if (error) {
            return error_answer({400, "rest_invalid_json", "Invalid JSON body passed.", {}});
        }
    }
    const auto collection = segments.front();
    call.path.assign(segments.begin() + 1, segments.end());
    if (collection == "system_status" && call.method == "GET") {
        return json_answer(
            {{"environment", {{"version", version()}, {"wp_version", "6.8.3"}}},
             {"settings",
              {{"currency", "EUR"}, {"number_of_decimals", 2}, {"taxes_enabled", shop_.counts_tax}}}}
        );
    }
    if (collection == "webhooks") {
        return hooks_.answer(call);
    }
    if (collection == "customers") {
        return customers_.answer(call);
    }
    if (collection == "products") {
        return products_.answer(call);
    }
    return collection == "orders" ? orders_.answer(call) : error_answer(no_route());
}

Response Site::outage(Outage outage) {
    switch (outage) {
        case Outage::database_down:
            return html_answer(
                500,
                "<html><head><title>Database Error</title></head><body><h1>Error establishing a database "
                "connection</h1></body></html>"
            );
        case Outage::api_off:
            return error_answer(no_route());
        case Outage::unauthorized:
            return error_answer({401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.", {}}
            );
        case Outage::html_503: {
            auto down =
                html_answer(503, "<html><body>Briefly unavailable for scheduled maintenance.</body></html>");
            if (options_.flag("maintenance", false)) {
                down.headers.emplace_back("Retry-After", "600");
            }
            return down;
        }
        case Outage::server_error:
            break;
    }
    return error_answer({500, "internal_server_error", "There has been a critical error on this website.", {}}
    );
}

Checked<std::string> Site::changed(const json::object& wanted) {
    const auto object = text_of(wanted, "object");
    const auto id = text_of(wanted, "remote_id");
    const auto number = std::to_string(++strangers_);
    Resource* resource = nullptr;
    json::object made;
    json::object edit;
    if (object == "customer") {
        resource = &customers_;
        made = {{"email", "stranger-" + number + "@shop.test"}, {"first_name", "Stranger " + number}};
        edit = {{"first_name", "Edited " + number}};
    } else if (object == "product") {
        resource = &products_;
        made = {{"name", "Stranger " + number}, {"sku", "STRANGER-" + number}, {"regular_price", "1.00"}};
        edit = {{"name", "Edited " + number}};
    } else if (object == "order") {
        resource = &orders_;
        json::object line{
            {"sku", "-"},
            {"name", "Stranger " + number},
            {"quantity", 1},
            {"subtotal", "1.00"},
            {"total", "1.00"}
        };
        made = {{"line_items", json::array{std::move(line)}}};
        edit = {{"customer_note", "Edited " + number}};
    } else {
        return std::unexpected(Refusal{400, "change", "object is one of customer, product, order", {}});
    }
    if (const auto* fields = wanted.if_contains("fields"); fields != nullptr && fields->is_object()) {
        for (const auto& [name, value] : fields->get_object()) {
            made[name] = value;
        }
        edit = fields->get_object();
    }
    if (text_of(wanted, "delete") == "true") {
        // Users have no trash.
        return resource->delete_aside(id, object == "customer" || text_of(wanted, "force") == "true");
    }
    return id.empty() ? resource->create_aside(made) : resource->edit_aside(id, edit);
}

std::optional<Response> Site::control(std::string_view action, const Request& request) {
    const bool is_known = action == "webhook" || action == "change" || action == "subscriptions";
    if (request.method != "POST" || !is_known) {
        return std::nullopt;
    }
    boost::system::error_code error;
    const auto parsed = json::parse(request.body, error);
    if (error || !parsed.is_object()) {
        return error_answer({400, std::string(action), "the body is no JSON object", {}});
    }
    const auto& body = parsed.get_object();
    if (action == "change") {
        const auto id = changed(body);
        return id ? json_answer({{"remote_id", *id}}) : error_answer(id.error());
    }
    if (action == "subscriptions") {
        constexpr int kUntilDisabled = 7;
        hooks_.fail_all(body.contains("failures") ? body.at("failures").to_number<int>() : kUntilDisabled);
    } else {
        hooks_.subscribe_all(text_of(body, "url"), text_of(body, "secret"));
    }
    return json_answer({{"ok", true}});
}

}  // namespace

SiteKind woocommerce_kind() {
    return {
        "woocommerce",
        {"customers", "products", "orders"},
        [](SiteParts parts) -> std::unique_ptr<Platform> { return std::make_unique<Site>(std::move(parts)); }
    };
}

}  // namespace navette::standin
