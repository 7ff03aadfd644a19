#include "tests/standin/dolibarr_answer.hpp"

#include <boost/json.hpp>

#include <utility>

namespace navette::standin {

namespace json = boost::json;

namespace {

std::string_view phrase(unsigned status) {
    switch (status) {
        case 304:
            return "Not Modified";
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 406:
            return "Not Acceptable";
        case 409:
            return "Conflict";
        case 501:
            return "Not Implemented";
        case 503:
            return "Service Unavailable";
        default:
            return "Internal Server Error";
    }
}

json::object debug_member(unsigned status, std::string_view source) {
    const bool unauthenticated = status == 401;
    json::array passed = {"get", "route", "negotiate"};
    if (!unauthenticated) {
        passed.emplace_back("authenticate");
        passed.emplace_back("validate");
    }
    const std::string_view stage = unauthenticated ? "authenticate" : "call";
    return {
        {"source", std::string(source) + " at " + std::string(stage) + " stage"},
        {"stages", {{"success", std::move(passed)}, {"failure", {stage, "message"}}}},
    };
}

constexpr std::string_view kTechnicalError =
    "Dolibarr has detected a technical error.<br>\nThese information can be useful for diagnostic purposes "
    "(you can "
    "set option $dolibarr_main_prod to '1' to hide sensible information):<br>\n<b>Date:</b> now<br>\n";

}  // namespace

Response refusal(const Refused& refused, std::string_view source) {
    if (refused.status == 304) {
        return {304, "application/json", ""};
    }
    if (refused.status == kPhpCrash) {
        return {500, "application/json", ""};
    }
    std::string message(phrase(refused.status));
    if (!refused.message.empty()) {
        message += ": " + refused.message;
    }
    json::object error = {{"code", refused.status}, {"message", message}};
    for (std::size_t i = 0; i < refused.details.size(); ++i) {
        const auto& detail = refused.details[i];
        error[std::to_string(i)] = detail ? json::value(*detail) : json::value();
    }
    json::object body = {{"error", std::move(error)}};
    if (!source.empty()) {
        body["debug"] = debug_member(refused.status, source);
    }
    std::string text = refused.html_before ? std::string(kTechnicalError) : std::string();
    text += json::serialize(body);
    return {refused.status, "application/json", std::move(text)};
}

Response json_answer(const json::value& value) {
    return {200, "application/json", json::serialize(value)};
}

Response success_answer(std::string_view message) {
    return json_answer({{"success", {{"code", 200}, {"message", message}}}});
}

Response html_answer(unsigned status, std::string body) {
    return {status, "text/html; charset=UTF-8", std::move(body)};
}

}  // namespace navette::standin
