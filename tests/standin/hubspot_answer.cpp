#include "tests/standin/hubspot_answer.hpp"

#include <navette/sdk/timestamp.hpp>

#include <boost/json.hpp>

#include <atomic>
#include <utility>

namespace navette::standin::hubspot {

namespace json = boost::json;

namespace {

std::string correlation_id() {
    static std::atomic<unsigned> last{0};
    auto digits = std::to_string(++last);
    return "11111111-2222-4333-8444-" + std::string(12 - digits.size(), '0') + digits;
}

json::object error_of(const Refused& refused) {
    json::object body{{"status", "error"}, {"category", refused.category}, {"message", refused.message}};
    if (!refused.errors.empty()) {
        body["errors"] = refused.errors;
    }
    if (!refused.context.empty()) {
        body["context"] = refused.context;
    }
    return body;
}

}  // namespace

Refused invalid_request(std::string message) {
    return {400, "VALIDATION_ERROR", std::move(message), {}, {}};
}

Refused invalid_properties(const std::vector<PropertyFault>& faults) {
    auto refused = invalid_request("Property values were not valid: [");
    for (const auto& fault : faults) {
        refused.message += (refused.errors.empty() ? "" : ",") + fault.message;
        refused.errors.push_back(
            {{"message", fault.message},
             {"code", fault.code},
             {"context", {{"propertyName", json::array{json::string(fault.property)}}}}}
        );
    }
    refused.message += "]";
    return refused;
}

Refused not_found(std::string_view id) {
    return {
        404,
        "OBJECT_NOT_FOUND",
        "no object with the id " + std::string(id) + " is here",
        {},
        json::object{{"ids", json::array{json::string(id)}}}
    };
}

Refused taken(std::string_view existing_id) {
    return {409, "CONFLICT", "Contact already exists. Existing ID: " + std::string(existing_id), {}, {}};
}

Refused missing_scope(const std::string& scope) {
    return {
        403,
        "MISSING_SCOPES",
        "one or more scopes are required that the token does not have",
        json::array{json::object{
            {"message", "a scope is missing"},
            {"context", json::object{{"requiredGranularScopes", json::array{json::string(scope)}}}}
        }},
        {}
    };
}

Refused unauthorized(bool expired) {
    return {
        401,
        expired ? "EXPIRED_AUTHENTICATION" : "INVALID_AUTHENTICATION",
        expired ? "the access token has expired" : "the access token is missing or not valid",
        {},
        {}
    };
}

Response refusal(const Refused& refused) {
    auto body = error_of(refused);
    body["correlationId"] = correlation_id();
    return json_answer(refused.status, body);
}

Response over_limit(std::string_view policy) {
    std::string name(policy);
    for (char& letter : name) {
        letter = letter == '_' || letter < 'A' || letter > 'Z' ? letter : static_cast<char>(letter + 32);
    }
    return json_answer(
        429,
        {{"status", "error"},
         {"errorType", "RATE_LIMIT"},
         {"policyName", policy},
         {"message", "You have reached your " + name + " limit."},
         {"correlationId", correlation_id()},
         {"requestId", "made-up"}}
    );
}

Response json_answer(unsigned status, const json::object& body) {
    Response response(status, "application/json;charset=utf-8", json::serialize(body));
    response.headers.emplace_back("X-HubSpot-Correlation-Id", correlation_id());
    return response;
}

Response html_answer(unsigned status, std::string_view title) {
    return {
        status,
        "text/html",
        "<html><head><title>" + std::string(title) + "</title></head><body><h1>" + std::string(title) +
            "</h1></body></html>"
    };
}

Response batch_answer(
    unsigned status, json::array results, json::array errors, const std::string& written_at
) {
    json::object body{
        {"status", "COMPLETE"},
        {"startedAt", written_at},
        {"completedAt", written_at},
        {"results", std::move(results)}
    };
    if (!errors.empty()) {
        status = 207;
        body["numErrors"] = errors.size();
        body["errors"] = std::move(errors);
    }
    return json_answer(status, body);
}

json::object batch_error(const Refused& refused, std::string_view trace) {
    auto entry = error_of(refused);
    if (!trace.empty()) {
        auto context = refused.context;
        context["objectWriteTraceId"] = json::array{json::string(trace)};
        entry["context"] = std::move(context);
    }
    entry["links"] = json::object();
    return entry;
}

std::string iso_time(std::int64_t milliseconds) {
    const sdk::Instant instant{std::chrono::milliseconds(milliseconds)};
    auto fraction = std::to_string(((milliseconds % 1000) + 1000) % 1000);
    fraction.insert(0, 3 - fraction.size(), '0');
    return sdk::iso_text(instant) + "." + fraction + "Z";
}

}  // namespace navette::standin::hubspot
