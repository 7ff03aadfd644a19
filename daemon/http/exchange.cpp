#include "daemon/http/exchange.hpp"

#include "daemon/core/log.hpp"
#include "daemon/outbound/valid_utf8.hpp"

#include <boost/beast/http/status.hpp>
#include <boost/json/serialize.hpp>

#include <stdexcept>

namespace navette::http {

namespace json = boost::json;

namespace {

constexpr const char* kRetryAfter = "2";  // seconds: what is unavailable is asked for again soon

}  // namespace

std::string_view Request::header(std::string_view name) const {
    return sdk::first_header(headers, name);
}

std::optional<std::string> Request::query_value(std::string_view name) const {
    for (const auto& [key, value] : query) {
        if (key == name) {
            return value;
        }
    }
    return std::nullopt;
}

const std::string& Request::parameter(std::string_view name) const {
    const auto found = parameters.find(name);
    if (found == parameters.end()) {
        throw std::logic_error("the route has no parameter " + std::string(name));
    }
    return found->second;
}

Response json_response(int status, const json::value& body) {
    Response response;
    response.status = status;
    response.headers.push_back({"Content-Type", "application/json"});
    response.body = json::serialize(body);
    return response;
}

Response text_response(int status, std::string body, std::string content_type) {
    Response response;
    response.status = status;
    response.headers.push_back({"Content-Type", std::move(content_type)});
    response.body = std::move(body);
    return response;
}

Response problem(int status, std::string detail, std::string field) {
    const auto title =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    // What is quoted of a request need be no UTF-8, an answer in JSON is.
    detail = outbound::valid_utf8(detail);
    field = outbound::valid_utf8(field);
    // "about:blank" (RFC 9457, 4.2.1): the problem has no meaning beyond its status.
    json::object body{
        {"type", "about:blank"},
        {"title", std::string_view(title.data(), title.size())},
        {"status", status},
        {"detail", detail}
    };
    if (!field.empty()) {
        body["field"] = field;
    }
    auto response = json_response(status, body);
    response.headers.front().value = "application/problem+json";
    return response;
}

Response problem(const core::Error& error) {
    switch (error.kind) {
        case core::ErrorKind::not_found:
            return problem(404, error.message);
        case core::ErrorKind::invalid:
            return problem(422, error.message);
        case core::ErrorKind::conflict:
            return problem(409, error.message);
        case core::ErrorKind::unavailable:
        case core::ErrorKind::read_only:
            core::log(core::LogLevel::warning, "a request could not be served: " + error.message);
            return problem(503, "The service cannot do this at present; try again.")
                .with_header("Retry-After", kRetryAfter);
        case core::ErrorKind::permission:
        case core::ErrorKind::internal:
            break;
    }
    core::log(core::LogLevel::error, "a request failed: " + error.message);
    return problem(500, "The request failed by no fault of yours; the log of navetted says why.");
}

}  // namespace navette::http
