#include "tests/standin/zendesk_answer.hpp"

#include <boost/json.hpp>

#include <utility>

namespace navette::standin {

namespace json = boost::json;

Response zendesk_json(unsigned status, const json::value& body) {
    return {status, "application/json; charset=utf-8", json::serialize(body)};
}

Response zendesk_record(unsigned status, std::string_view single, json::object record) {
    json::object body;
    body[single] = std::move(record);
    return zendesk_json(status, body);
}

Response zendesk_error(unsigned status, std::string_view error, std::string_view description) {
    json::object body{{"error", error}};
    if (!description.empty()) {
        body["description"] = description;
    }
    return zendesk_json(status, body);
}

Response zendesk_titled_error(unsigned status, std::string_view title, std::string_view message) {
    return zendesk_json(
        status, json::object{{"error", json::object{{"title", title}, {"message", message}}}}
    );
}

Response zendesk_invalid(const std::vector<ZendeskFault>& faults) {
    json::object details;
    for (const auto& fault : faults) {
        auto& entries = details[fault.field];
        if (!entries.is_array()) {
            entries = json::array();
        }
        json::object entry{{"description", fault.description}};
        if (!fault.error.empty()) {
            entry["error"] = fault.error;
        }
        entries.get_array().push_back(std::move(entry));
    }
    return zendesk_json(
        422,
        json::object{
            {"error", "RecordInvalid"},
            {"description", "Record validation errors"},
            {"details", std::move(details)}
        }
    );
}

Response zendesk_errors(unsigned status, std::string_view code, std::string_view detail) {
    json::array errors;
    errors.push_back(json::object{{"code", code}, {"title", code}, {"detail", detail}});
    return zendesk_json(status, json::object{{"errors", std::move(errors)}});
}

Response zendesk_not_found() {
    return zendesk_error(404, "RecordNotFound", "Not found");
}

Response zendesk_no_endpoint() {
    return zendesk_error(404, "InvalidEndpoint", "Not found");
}

Response zendesk_html(unsigned status, std::string_view title) {
    const std::string text(title);
    return {
        status,
        "text/html; charset=utf-8",
        "<html><head><title>" + text + "</title></head><body><h1>" + text + "</h1></body></html>"
    };
}

}  // namespace navette::standin
