#include "daemon/http/request_body.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::http {

namespace json = boost::json;

std::expected<json::object, Response> json_body(const Request& request) {
    if (request.body.find_first_not_of(" \t\r\n") == std::string::npos) {
        return json::object();
    }
    boost::system::error_code error;
    auto value = json::parse(request.body, error);
    if (error) {
        return std::unexpected(problem(400, "the body is no valid JSON (" + error.message() + ")"));
    }
    if (!value.is_object()) {
        return std::unexpected(problem(400, "the body is no JSON object, expected {...}"));
    }
    return std::move(value.as_object());
}

void FieldErrors::add(std::string field, std::string detail) {
    errors_.push_back({std::move(field), std::move(detail)});
}

Response FieldErrors::response() const {
    const auto& first = errors_.front();
    auto response = problem(422, first.detail, first.field);
    auto body = json::parse(response.body).as_object();
    json::array all;
    for (const auto& error : errors_) {
        json::object one{{"detail", error.detail}};
        if (!error.field.empty()) {
            one["field"] = error.field;
        }
        all.push_back(std::move(one));
    }
    body["errors"] = std::move(all);
    response.body = json::serialize(body);
    return response;
}

const json::value* Members::find(std::string_view name) const {
    const auto* value = body_.if_contains(name);
    return value == nullptr || value->is_null() ? nullptr : value;
}

bool Members::has(std::string_view name) const {
    return find(name) != nullptr;
}

std::optional<std::string> Members::text(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_string()) {
        errors_.add(std::string(name), std::string(name) + " is not text");
        return std::nullopt;
    }
    std::string text(value->as_string());
    if (text.find('\0') != std::string::npos) {
        errors_.add(
            std::string(name), std::string(name) + " holds the character NUL, which cannot be stored"
        );
        return std::nullopt;
    }
    return text;
}

std::optional<std::int64_t> Members::integer(std::string_view name, std::int64_t least, std::int64_t most)
    const {
    const auto* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_int64() || value->as_int64() < least || value->as_int64() > most) {
        errors_.add(
            std::string(name),
            std::string(name) + " is no whole number from " + std::to_string(least) + " to " +
                std::to_string(most)
        );
        return std::nullopt;
    }
    return value->as_int64();
}

std::optional<bool> Members::boolean(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (value->is_bool()) {
        return value->as_bool();
    }
    if (value->is_string() && (value->as_string() == "true" || value->as_string() == "false")) {
        return value->as_string() == "true";
    }
    errors_.add(std::string(name), std::string(name) + " is neither true nor false");
    return std::nullopt;
}

std::optional<json::object> Members::object(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) {
        return std::nullopt;
    }
    if (!value->is_object()) {
        errors_.add(std::string(name), std::string(name) + " is no object, expected {...}");
        return std::nullopt;
    }
    return value->as_object();
}

void Members::expect_only(std::initializer_list<std::string_view> names) const {
    for (const auto& member : body_) {
        const std::string_view name(member.key());
        if (std::ranges::find(names, name) == names.end()) {
            std::string known;
            for (const auto one : names) {
                known += (known.empty() ? "" : ", ") + std::string(one);
            }
            errors_.add(
                std::string(name), "'" + std::string(name) + "' is not known here; there are: " + known
            );
        }
    }
}

}  // namespace navette::http
