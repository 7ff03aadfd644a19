#include "tests/standin/pipedrive_answer.hpp"

#include <navette/sdk/foreign_json.hpp>

#include <boost/json.hpp>

namespace navette::standin::pipedrive {

namespace {

Response json_response(unsigned status, const json::object& body) {
    return {status, "application/json; charset=utf-8", json::serialize(body)};
}

}  // namespace

std::string Call::parameter(const std::string& name) const {
    const auto found = query.find(name);
    return found == query.end() ? std::string() : found->second;
}

Response refused(const Refusal& refusal) {
    json::object body{
        {"success", false},
        {"error", refusal.error},
        {"error_info", "Please check developers.pipedrive.com for more information about Pipedrive API."},
        {"data", nullptr},
        {"additional_data", nullptr}
    };
    if (refusal.status == 401) {
        body["errorCode"] = 401;
    }
    if (!refusal.code.empty()) {
        body["code"] = refusal.code;
    }
    return json_response(refusal.status, body);
}

Response success(json::value data, json::value additional, unsigned status) {
    json::object body{{"success", true}, {"data", std::move(data)}};
    if (!additional.is_null()) {
        body["additional_data"] = std::move(additional);
    }
    return json_response(status, body);
}

Response refused_field(unsigned status, const std::string& field, const std::string& text) {
    return json_response(
        status, {{"status", "error"}, {"success", false}, {"errors", {{field, json::array{text}}}}}
    );
}

Response unknown_method() {
    return refused({404, "Unknown method ."});
}

Response gateway_page(unsigned status, const std::string& title) {
    return {
        status,
        "text/html; charset=UTF-8",
        "<!DOCTYPE html><html><head><title>" + title + "</title></head><body><h1>" + title +
            "</h1><p>cloudflare</p></body></html>"
    };
}

Checked<std::size_t> limit_of(const Call& call, std::size_t usual, std::size_t most) {
    const auto text = call.parameter("limit");
    if (text.empty()) {
        return usual;
    }
    const auto number = sdk::to_integer(text);
    if (!number || *number < 1 || static_cast<std::size_t>(*number) > most) {
        return std::unexpected(Refusal(400, "limit must be between 1 and " + std::to_string(most)));
    }
    return static_cast<std::size_t>(*number);
}

}  // namespace navette::standin::pipedrive
