#include "daemon/http/health_routes.hpp"

#include "daemon/core/metrics.hpp"

#include <boost/json/array.hpp>

#include <chrono>

namespace navette::http {

namespace asio = boost::asio;
namespace json = boost::json;

namespace {

json::array texts(const std::vector<std::string>& all) {
    json::array array;
    for (const auto& text : all) {
        array.emplace_back(text);
    }
    return array;
}

/// 200 as soon as this thread answers at all.
asio::awaitable<Response> healthy(Request) {
    co_return json_response(200, json::object{{"status", "ok"}});
}

asio::awaitable<Response> answer_ready(const Readiness& readiness) {
    const auto verdict = readiness.verdict(std::chrono::steady_clock::now());
    json::object body{
        {"status", verdict.ready() ? "ready" : "unavailable"}, {"reasons", texts(verdict.reasons)}
    };
    if (!verdict.warnings.empty()) {
        body["warnings"] = texts(verdict.warnings);
    }
    auto response = json_response(verdict.ready() ? 200 : 503, body);
    if (!verdict.ready()) {
        response.headers.push_back({"Retry-After", "2"});
    }
    co_return response;
}

asio::awaitable<Response> metrics(Request) {
    co_return text_response(200, core::metrics_text(), "text/plain; version=0.0.4; charset=utf-8");
}

void add_open(Router& router, std::string path, Handler handler) {
    Route route;
    route.method = "GET";
    route.pattern = std::move(path);
    route.access = Access::open;
    route.handler = std::move(handler);
    router.add(std::move(route));
}

}  // namespace

void add_health_routes(Router& router, const Readiness& readiness) {
    const auto ready = [&readiness](const Request&) { return answer_ready(readiness); };
    add_open(router, "/healthz", healthy);
    add_open(router, "/readyz", ready);
    add_open(router, "/api/ready", ready);
    add_open(router, "/metrics", metrics);
}

}  // namespace navette::http
