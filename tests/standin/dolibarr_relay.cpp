#include "tests/standin/dolibarr_relay.hpp"

#include "tests/standin/dolibarr_answer.hpp"
#include "tests/standin/dolibarr_site.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <exception>
#include <iostream>
#include <stdexcept>
#include <utility>

namespace navette::standin {

namespace json = boost::json;
namespace asio = boost::asio;

namespace {

constexpr std::string_view kHook = "/hook";
// By which a target of ours is known among those of others.
constexpr std::string_view kLabel = "navette relay";

json::array listed(const RealDolibarr& site, const std::string& path) {
    const auto answered = site.call("GET", path);
    boost::system::error_code error;
    auto body = json::parse(answered.body, error);
    if (answered.status == 404 || error || !body.is_array()) {
        return {};  // an empty list is a 404 in places
    }
    return std::move(body.get_array());
}

std::string text_of(const json::value& record, std::string_view name) {
    const auto* value = record.is_object() ? record.get_object().if_contains(name) : nullptr;
    if (value == nullptr) {
        return {};
    }
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

}  // namespace

DolibarrRelay::DolibarrRelay(RealDolibarr site, Outbox& outbox) : site_(std::move(site)), outbox_(outbox) {
    reset();
    expect_nothing_else();
}

DolibarrRelay::~DolibarrRelay() {
    try {
        reset();
    } catch (const std::exception& error) {
        std::cerr << "what the relay made stays in Dolibarr: " << error.what() << '\n';
    }
}

void DolibarrRelay::reset() {
    // First the webhook: nobody answers it any more, and Dolibarr would wait for it at each delete.
    remove_webhooks();
    remove_contacts();
}

void DolibarrRelay::remove_webhooks() {
    for (const auto& target : listed(site_, "/webhook")) {
        if (text_of(target, "label") == kLabel) {
            static_cast<void>(site_.call("DELETE", "/webhook/" + text_of(target, "id")));
        }
    }
    hook_.clear();
}

void DolibarrRelay::remove_contacts() {
    const auto filter = std::string("(t.email:like:'%25") + kDomain + "')";
    for (const auto& contact : listed(site_, "/contacts?limit=1000&sqlfilters=" + filter)) {
        static_cast<void>(site_.call("DELETE", "/contacts/" + text_of(contact, "id")));
    }
}

void DolibarrRelay::expect_nothing_else() const {
    for (const std::string kind : {"thirdparties", "contacts", "products", "orders", "projects"}) {
        if (!listed(site_, "/" + kind + "?limit=1").empty()) {
            throw std::runtime_error(
                "the Dolibarr of the tests holds " + kind +
                " of others, which would be synchronised too: empty it"
            );
        }
    }
}

void DolibarrRelay::subscribe(const json::object& wanted) {
    const auto member = [&wanted](const char* name) { return std::string(wanted.at(name).as_string()); };
    hook_ = member("url") + "?token=" + member("secret");
    const auto answered = site_.call(
        "POST",
        "/webhook",
        {{"ref", "navette-relay"},
         {"label", kLabel},
         {"url", member("here") + std::string(kHook)},
         {"trigger_codes", "CONTACT_CREATE,CONTACT_MODIFY,CONTACT_DELETE"},
         {"status", 1},
         {"type", 1}}
    );
    if (answered.status != 200) {
        throw std::runtime_error("Dolibarr takes no webhook: " + answered.body);
    }
}

asio::awaitable<Response> DolibarrRelay::answer(Request request) {
    if (request.path() != kHook) {
        co_return co_await site_.pass_on(std::move(request));
    }
    boost::system::error_code error;
    const auto body = json::parse(request.body, error);
    if (!hook_.empty()) {
        outbox_.post(
            {hook_,
             {{"User-Agent", "Dolibarr geturl function"}, {"Content-Type", "application/json"}},
             std::move(request.body),
             error ? std::string() : text_of(body, "triggercode")}
        );
    }
    co_return json_answer(json::object{{"ok", true}});
}

Response DolibarrRelay::outage(Outage outage) {
    if (outage == Outage::server_error) {
        // A crash of PHP, and a PHP that nginx cannot reach, by turns.
        fails_silently_ = !fails_silently_;
        if (fails_silently_) {
            return {500, "application/json", ""};
        }
    }
    return html_answer(502, "<html><head><title>502 Bad Gateway</title></head></html>");
}

std::string DolibarrRelay::resource_path(const Request& request) const {
    const std::string_view base(RealDolibarr::kBase);
    return request.path().starts_with(base) ? std::string(request.path().substr(base.size())) : std::string();
}

std::string DolibarrRelay::endpoint(const Request& request) const {
    std::string pattern;
    for (const char c : resource_path(request)) {
        const bool is_digit = c >= '0' && c <= '9';
        if (!is_digit) {
            pattern += c;
        } else if (!pattern.ends_with("{id}")) {
            pattern += "{id}";
        }
    }
    return request.method + " " + (pattern.empty() ? std::string(request.path()) : pattern);
}

std::optional<Response> DolibarrRelay::control(std::string_view action, const Request& request) {
    if (request.method != "POST" || action != "webhook") {
        return std::nullopt;
    }
    boost::system::error_code error;
    const auto wanted = json::parse(request.body, error);
    if (error || !wanted.is_object()) {
        return Response(400, "application/json", R"({"error":"an object is wanted"})");
    }
    subscribe(wanted.get_object());
    return json_answer(json::object{{"ok", true}});
}

SiteKind dolibarr_relay_kind() {
    return {"dolibarr-relay", DolibarrSite::kinds(), [](SiteParts parts) -> std::unique_ptr<Platform> {
                auto site = RealDolibarr::of_environment();
                if (!site) {
                    throw std::invalid_argument("DOLIBARR_URL and DOLIBARR_API_KEY name no Dolibarr");
                }
                return std::make_unique<DolibarrRelay>(std::move(*site), parts.outbox);
            }};
}

}  // namespace navette::standin
