#include "daemon/http/front.hpp"

#include "daemon/core/log.hpp"
#include "daemon/core/metrics.hpp"
#include "daemon/outbound/redactor.hpp"

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <exception>

namespace navette::http {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kBearer = "Bearer ";

Response unauthorised() {
    return problem(401, "This needs a token: Authorization: Bearer <token>.")
        .with_header("WWW-Authenticate", "Bearer");
}

/// The token of an Authorization header; empty where it has none.
std::string bearer_of(std::string_view authorization) {
    if (!boost::beast::iequals(
            {authorization.data(), std::min(authorization.size(), kBearer.size())},
            {kBearer.data(), kBearer.size()}
        )) {
        return {};
    }
    authorization.remove_prefix(kBearer.size());
    return std::string(
        authorization.substr(std::min(authorization.find_first_not_of(' '), authorization.size()))
    );
}

bool suffices(const Caller& caller, Access access) {
    switch (access) {
        case Access::open:
        case Access::read:
            return true;
        case Access::write:
            return caller.may_write();
        case Access::admin:
            return caller.is_admin();
    }
    return false;
}

/// The platform whose webhooks a route takes; empty for any other route.
std::string platform_of(const Router::Found& found) {
    if (found.route->pattern == "/api/products/webhook") {
        return "stripe";
    }
    const auto platform = found.parameters.find("platform");
    const bool is_webhook = found.route->pattern.starts_with("/webhooks/");
    return is_webhook && platform != found.parameters.end() ? platform->second : std::string();
}

void log_failure(const Request& request, std::string_view what) {
    core::log(
        core::LogLevel::error,
        "a handler failed: " + outbound::Redactor().text(what),
        {{"request", request.id}, {"method", request.method}}
    );
}

}  // namespace

Front::Front(Router router, Admit admit) : router_(std::move(router)), admit_(std::move(admit)) {}

void Front::use(const config::ListenSettings& settings) {
    rules_ = ClientRules(settings);
    body_limit_ = static_cast<std::size_t>(settings.body_limit.value);
}

std::optional<Response> Front::refusal_by_route(
    const Router::Found& found, const Request& request, const asio::ip::address& client
) const {
    if (found.route == nullptr && found.allowed.empty()) {
        return problem(404, "There is nothing at this path.");
    }
    if (found.route == nullptr) {
        std::string allowed;
        for (const auto& method : found.allowed) {
            allowed += (allowed.empty() ? "" : ", ") + method;
        }
        auto response = problem(405, "This path does not take " + request.method + ", but " + allowed + ".");
        return std::move(response).with_header("Allow", allowed);
    }
    const auto platform = platform_of(found);
    if (!platform.empty() && !rules_.may_send_webhooks(platform, client)) {
        core::listener_refusals("webhook_address").add();
        core::log(
            core::LogLevel::info,
            "a webhook was refused: its address is not in listen.webhook_allow",
            {{"platform", platform}, {"client", client.to_string()}}
        );
        return problem(403, "Webhooks of this platform are not taken from this address.");
    }
    return std::nullopt;
}

asio::awaitable<std::expected<Caller, Response>> Front::identify(
    Access access, std::string authorization, std::string client
) {
    auto bearer = bearer_of(authorization);
    if (bearer.empty() || !admit_) {
        core::listener_refusals("no_token").add();
        co_return std::unexpected(unauthorised());
    }
    auto caller = co_await admit_(std::move(bearer), std::move(client));
    if (!caller) {
        core::listener_refusals("token").add();
        co_return std::unexpected(std::move(caller.error()));
    }
    if (!suffices(*caller, access)) {
        core::listener_refusals("scope").add();
        co_return std::unexpected(problem(
            403,
            access == Access::admin ? "This needs a token of administration."
                                    : "This token may read only; this needs one that may write."
        ));
    }
    co_return std::move(*caller);
}

asio::awaitable<Front::Admission> Front::admit(Request request, Origin origin) {
    Admission admission;
    const auto client = rules_.client_of(origin.peer, request);
    request.client = client.to_string();
    request.url = rules_.url_of(origin.peer, origin.secure, request);

    auto found = router_.find(request.method, request.path);
    admission.route = found.route;
    admission.refusal = refusal_by_route(found, request, client);
    if (!admission.refusal) {
        request.parameters = std::move(found.parameters);
        // A route that says nothing of its own has the general limit.
        const bool usual = found.route->body_limit == Route().body_limit;
        admission.body_limit = usual ? body_limit_ : found.route->body_limit;
        if (found.route->access != Access::open) {
            try {
                auto caller = co_await identify(
                    found.route->access, std::string(request.header("Authorization")), request.client
                );
                if (caller) {
                    request.caller = std::move(*caller);
                } else {
                    admission.refusal = std::move(caller.error());
                }
            } catch (const std::exception& error) {
                log_failure(request, error.what());
                admission.refusal = problem(500, "The request failed by no fault of yours.");
            }
        }
    }
    admission.request = std::move(request);
    co_return admission;
}

asio::awaitable<Response> Front::answer(const Route* route, Request request) {
    Request about;  // what the log needs where the handler has consumed the request
    about.id = request.id;
    about.method = request.method;
    try {
        co_return co_await route->handler(std::move(request));
    } catch (const std::exception& error) {
        log_failure(about, error.what());
    } catch (...) {
        log_failure(about, "an exception of no known type");
    }
    co_return problem(500, "The request failed by no fault of yours; the log of navetted says why.");
}

}  // namespace navette::http
