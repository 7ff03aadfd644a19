#include "exchange.hpp"

#include <navette/sdk/failure.hpp>

#include <algorithm>
#include <utility>

namespace navette::woocommerce {

namespace {

bool is_hexadecimal(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Whether a text holds what looks like an escape: "%41".
bool has_escape(std::string_view text) {
    for (std::size_t at = 0; at + 2 < text.size(); ++at) {
        if (text[at] == '%' && is_hexadecimal(text[at + 1]) && is_hexadecimal(text[at + 2])) {
            return true;
        }
    }
    return false;
}

}  // namespace

Task<Reply> call(Session& session, sdk::HttpRequest request) {
    // Over plain http requests are signed, and the shop decodes the values once too often before it compares.
    // It would call the signature wrong, which is the integration's affair and not that of one record.
    if (sdk::text_at(session.settings(), "site_url").starts_with("http:") &&
        std::ranges::any_of(request.query, [](const sdk::Header& parameter) {
            return has_escape(parameter.value);
        })) {
        co_return Reply{
            Kind::failed,
            nullptr,
            Outcome::rejected(
                "over plain http a shop cannot be asked for a text such as \"%41\"; use https, or rename it"
            )
        };
    }
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
