#include "tests/standin/salesforce_answer.hpp"

#include <boost/json.hpp>

#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

json::object error_named(const SalesforceError& error, std::string_view code_name) {
    json::object item;
    item["message"] = error.message;
    item[code_name] = error.code;
    json::array fields;
    for (const auto& field : error.fields) {
        fields.emplace_back(field);
    }
    item["fields"] = std::move(fields);
    if (!error.duplicates.is_null()) {
        item["duplicateResult"] = error.duplicates;
    }
    return item;
}

}  // namespace

json::object call_error(const SalesforceError& error) {
    auto item = error_named(error, "errorCode");
    if (error.fields.empty()) {
        item.erase("fields");
    }
    return item;
}

json::object row_error(const SalesforceError& error) {
    return error_named(error, "statusCode");
}

json::object refused_row(const SalesforceError& error) {
    json::object row;
    row["success"] = false;
    row["errors"] = json::array{row_error(error)};
    return row;
}

SalesforceAnswer answered(unsigned status, json::value body) {
    SalesforceAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    return answer;
}

SalesforceAnswer answered_nothing() {
    SalesforceAnswer answer;
    answer.status = 204;
    answer.has_body = false;
    return answer;
}

SalesforceAnswer refused_call(unsigned status, const SalesforceError& error) {
    return answered(status, json::array{call_error(error)});
}

SalesforceAnswer refused_record(const SalesforceError& error) {
    const bool is_away = error.code == "NOT_FOUND" || error.code == "ENTITY_IS_DELETED";
    return refused_call(is_away ? 404 : 400, error);
}

Response on_wire(const SalesforceAnswer& answer) {
    if (!answer.csv.empty()) {
        return {answer.status, "text/csv", answer.csv};
    }
    return {
        answer.status,
        "application/json;charset=UTF-8",
        answer.has_body ? json::serialize(answer.body) : std::string()
    };
}

}  // namespace navette::standin
