#include "exchange.hpp"

#include <navette/sdk/failure.hpp>

#include <algorithm>
#include <utility>

namespace navette::woocommerce {

Task<Reply> call(Session& session, sdk::HttpRequest request) {
    const auto effect = request.has_effect() ? Effect::possible : Effect::none;
    const auto result = co_await session.send(std::move(request));
    if (!result) {
        co_return Reply{
            Kind::failed, nullptr, sdk::outcome_of(result.error(), "the shop", effect == Effect::possible)
        };
    }
    co_return classify(*result, effect);
}

Task<std::expected<std::vector<json::object>, Outcome>> list(Session& session, sdk::HttpRequest request) {
    auto reply = co_await call(session, std::move(request));
    if (reply.kind != Kind::ok) {
        co_return std::unexpected(std::move(reply.outcome));
    }
    if (!reply.body.is_array()) {
        co_return std::unexpected(Outcome::retry("the shop answered a list request with no list"));
    }
    std::vector<json::object> objects;
    for (auto& item : reply.body.get_array()) {
        if (item.is_object()) {
            objects.push_back(std::move(item.get_object()));
        }
    }
    co_return objects;
}

Outcome outcome_of_object(const json::value& body) {
    const auto* object = body.if_object();
    const auto id = object == nullptr ? std::nullopt : sdk::integer_at(*object, "id");
    if (!id || *id <= 0) {
        return Outcome::retry("the shop answered without an id").after_unknown_effect();
    }
    return Outcome::done(std::to_string(*id), sdk::text_at(*object, "date_modified_gmt"));
}

std::string meta_at(const json::object& object, std::string_view key) {
    if (const auto* metadata = sdk::array_at(object, "meta_data")) {
        for (const auto& item : *metadata) {
            if (item.is_object() && sdk::text_at(item.get_object(), "key") == key) {
                return sdk::text_at(item.get_object(), "value");
            }
        }
    }
    return {};
}

void set_meta(json::object& body, std::string_view key, json::value value) {
    auto& metadata = body["meta_data"];
    if (!metadata.is_array()) {
        metadata = json::array();
    }
    for (auto& item : metadata.get_array()) {
        if (item.is_object() && sdk::text_at(item.get_object(), "key") == key) {
            item.get_object()["value"] = std::move(value);
            return;
        }
    }
    metadata.get_array().push_back(json::object{{"key", key}, {"value", std::move(value)}});
}

std::string lower_ascii(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

}  // namespace navette::woocommerce
