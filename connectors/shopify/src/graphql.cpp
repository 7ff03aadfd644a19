#include "graphql.hpp"

#include "recipes.hpp"

#include <navette/sdk/failure.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

namespace navette::shopify {

namespace {

using std::chrono::milliseconds;

std::optional<double> number_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || !value->is_number()) {
        return std::nullopt;
    }
    const auto number = value->to_number<double>();
    return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

const json::object* cost_of(const json::object& body) {
    const auto* extensions = sdk::object_at(body, "extensions");
    return extensions == nullptr ? nullptr : sdk::object_at(*extensions, "cost");
}

void report_cost(Session& session, const json::object& body) {
    const auto* cost = cost_of(body);
    const auto* status = cost == nullptr ? nullptr : sdk::object_at(*cost, "throttleStatus");
    if (status == nullptr) {
        return;
    }
    sdk::LimitReport report;
    report.remaining = number_at(*status, "currentlyAvailable");
    report.limit = number_at(*status, "maximumAvailable");
    report.cost = number_at(*cost, "actualQueryCost");
    session.report_limit(report);
}

/// How long until the bucket holds what was asked for.
std::optional<milliseconds> wait_of(const json::object& body) {
    const auto* cost = cost_of(body);
    const auto* status = cost == nullptr ? nullptr : sdk::object_at(*cost, "throttleStatus");
    const auto asked = cost == nullptr ? std::nullopt : number_at(*cost, "requestedQueryCost");
    const auto left = status == nullptr ? std::nullopt : number_at(*status, "currentlyAvailable");
    const auto rate = status == nullptr ? std::nullopt : number_at(*status, "restoreRate");
    if (!asked || !left || !rate || *rate <= 0) {
        return std::nullopt;
    }
    const auto seconds = std::clamp((*asked - *left) / *rate, 0.0, 3600.0);
    return milliseconds(static_cast<std::int64_t>(std::ceil(seconds * 1000)));
}

struct TopError {
    std::string code;
    std::string message;
};

/// `errors` is a list of objects, or a mere text where the call did not reach GraphQL.
std::optional<TopError> top_error(const json::object& body) {
    const auto* errors = body.if_contains("errors");
    if (errors == nullptr || errors->is_null()) {
        return std::nullopt;
    }
    if (errors->is_string()) {
        return TopError{{}, sdk::excerpt(errors->get_string())};
    }
    const auto* list = errors->if_array();
    const auto* first = list == nullptr || list->empty() ? nullptr : list->front().if_object();
    if (first == nullptr) {
        return list != nullptr && list->empty()
                   ? std::nullopt
                   : std::optional(TopError{{}, sdk::excerpt(json::serialize(*errors))});
    }
    const auto* extensions = sdk::object_at(*first, "extensions");
    return TopError{
        extensions == nullptr ? std::string() : sdk::text_at(*extensions, "code"),
        sdk::excerpt(sdk::text_at(*first, "message"))
    };
}

Outcome open_ended(Outcome outcome, bool has_effect) {
    return has_effect ? std::move(outcome).after_unknown_effect() : outcome;
}

Outcome of_top_error(const TopError& error, const json::object& body, bool has_effect) {
    static constexpr std::array<std::string_view, 2> kAsleep{"SHOP_INACTIVE", "SHOP_DORMANT"};
    const auto words = "Shopify: " + (error.message.empty() ? std::string("no word of why") : error.message) +
                       (error.code.empty() ? "" : " (" + error.code + ")");
    if (error.code == "THROTTLED" || error.message == "Throttled") {
        return Outcome::throttled(words, wait_of(body));
    }
    if (error.code == "ACCESS_DENIED") {
        return Outcome::misconfigured(words + "; give the app the scope, then install it anew");
    }
    if (std::ranges::find(kAsleep, error.code) != kAsleep.end()) {
        return Outcome::misconfigured(words + "; the shop is closed or frozen");
    }
    if (error.code == "NOT_FOUND") {  // the definition of our key was removed: it is made anew
        return Outcome::retry(words);
    }
    if (error.code == "INTERNAL_SERVER_ERROR" || error.code == "TIMEOUT") {
        return open_ended(Outcome::retry(words), has_effect);
    }
    return Outcome::rejected(words);
}

Outcome of_status(
    const sdk::HttpResponse& response, const std::optional<json::object>& body, bool has_effect
) {
    const auto error = body ? top_error(*body) : std::nullopt;
    const auto said = error ? error->message : sdk::excerpt(response.body);
    const auto words =
        "Shopify answered " + std::to_string(response.status) + ": " + (said.empty() ? "nothing" : said);
    switch (response.status) {
        case 401:
            return Outcome::needs_reauth(words + "; the access token was revoked or is wrong");
        case 402:
        case 423:
            return Outcome::misconfigured(words + "; the shop is frozen or locked");
        case 403:
            return said.find("Non-expiring") != std::string::npos
                       ? Outcome::needs_reauth(words + "; the app must use expiring tokens")
                       : Outcome::misconfigured(words + "; give the app the scope, then install it anew");
        case 404:
            return Outcome::misconfigured(words + "; there is no such shop, check the setting shop");
        case 429: {
            auto wait = sdk::retry_after(response);
            return Outcome::throttled(words, wait || !body ? wait : wait_of(*body));
        }
        case 430:
            return Outcome::retry(words + "; Shopify took the call for an attack");
        default:
            break;
    }
    if (response.status >= 300 && response.status < 400) {
        return Outcome::misconfigured(words + "; the shop has moved, check the setting shop");
    }
    if (response.status == 502 || response.status == 503 || response.status == 504) {
        return open_ended(Outcome::unavailable(words), has_effect);
    }
    return response.status >= 500 || response.status < 300 ? open_ended(Outcome::retry(words), has_effect)
                                                           : Outcome::rejected(words);
}

std::string version_of(const Session& session) {
    auto version = sdk::text_at(session.settings(), "api_version");
    return version.empty() ? "2026-10" : version;
}

/// A version that is over is answered as the oldest that is not, and only a header says so.
void remark_version(Session& session, const sdk::HttpResponse& answer) {
    const auto served = std::string(answer.header("X-Shopify-API-Version"));
    const auto asked = version_of(session);
    if (served.empty() || served == asked || session.recall("version_told").is_bool()) {
        return;
    }
    session.remember("version_told", true);
    session.remark("Shopify answered as version " + served + " in place of " + asked + ": see api_version");
}

}  // namespace

Task<std::expected<json::object, Outcome>> query(
    Session& session, Document document, json::object variables
) {
    const bool has_effect = document.is_mutation();
    json::object asked;
    asked["query"] = document.text;
    asked["variables"] = std::move(variables);
    auto request =
        sdk::HttpRequest::post("/admin/api/" + sdk::path_segment(version_of(session)) + "/graphql.json")
            .with_json(asked)
            .with_cost(document.cost);
    const auto answer = co_await session.send(std::move(request));
    if (!answer) {
        co_return std::unexpected(sdk::outcome_of(answer.error(), "Shopify", has_effect));
    }
    remark_version(session, *answer);
    auto body = sdk::read_json_object(answer->body);
    if (body) {
        report_cost(session, *body);
    }
    if (answer->status != 200 || !body) {
        co_return std::unexpected(of_status(*answer, body, has_effect));
    }
    co_return data_of(session, *body, has_effect);
}

std::expected<json::object, Outcome> data_of(Session& session, const json::object& body, bool has_effect) {
    if (const auto error = top_error(body)) {
        if (error->code == "NOT_FOUND") {
            forget_key_definitions(session);
        }
        return std::unexpected(of_top_error(*error, body, has_effect));
    }
    const auto* data = sdk::object_at(body, "data");
    if (data == nullptr) {
        return std::unexpected(open_ended(Outcome::retry("Shopify answered without data"), has_effect));
    }
    return *data;
}

UserError user_error_of(const json::object& data, std::string_view name) {
    const auto* payload = sdk::object_at(data, name);
    const auto* errors = payload == nullptr ? nullptr : sdk::array_at(*payload, "userErrors");
    if (errors == nullptr || errors->empty() || !errors->front().is_object()) {
        return {};
    }
    const auto& first = errors->front().get_object();
    return {sdk::text_at(first, "code"), sdk::excerpt(sdk::text_at(first, "message"))};
}

std::expected<json::object, Outcome> payload_of(const json::object& data, std::string_view name) {
    const auto* payload = sdk::object_at(data, name);
    if (payload == nullptr) {
        return std::unexpected(
            Outcome::retry("Shopify answered without " + std::string(name)).after_unknown_effect()
        );
    }
    const auto* errors = sdk::array_at(*payload, "userErrors");
    if (errors == nullptr || errors->empty() || !errors->front().is_object()) {
        return *payload;
    }
    const auto& first = errors->front().get_object();
    std::string field;
    if (const auto* path = sdk::array_at(first, "field")) {
        for (const auto& part : *path) {
            if (part.is_string()) {
                field += (field.empty() ? "" : ".") + std::string(part.get_string());
            }
        }
    }
    const auto code = sdk::text_at(first, "code");
    const auto words =
        "Shopify: " + sdk::excerpt(sdk::text_at(first, "message")) + (code.empty() ? "" : " (" + code + ")");
    if (code == "TAKEN") {
        return std::unexpected(Outcome::conflict(words));
    }
    if (code == "NOT_FOUND" || code == "PRODUCT_DOES_NOT_EXIST") {
        return std::unexpected(Outcome::gone(words));
    }
    if (code == "SHOP_DORMANT") {
        return std::unexpected(Outcome::misconfigured(words));
    }
    return std::unexpected(Outcome::rejected(words, std::move(field)));
}

Outcome outcome_of_object(const json::object& payload, std::string_view name) {
    const auto* object = sdk::object_at(payload, name);
    auto id = object == nullptr ? std::string() : sdk::text_at(*object, "id");
    if (id.empty()) {
        return Outcome::retry("Shopify answered without an id").after_unknown_effect();
    }
    return Outcome::done(std::move(id), sdk::text_at(*object, "updatedAt"));
}

}  // namespace navette::shopify
