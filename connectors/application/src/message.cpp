#include "message.hpp"

#include <navette/sdk/foreign_json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::application {

std::expected<Message, std::string> message_of(const json::object& entry) {
    Message message;
    message.id = sdk::text_at(entry, "id");
    const auto type = sdk::text_at(entry, "type");
    if (message.id.empty() || type.empty() || sdk::object_at(entry, "data") == nullptr) {
        return std::unexpected(
            "this is no entry of the change feed; navette makes these jobs itself, hand records over under "
            "another entity type than 'change'"
        );
    }
    // Of a dot in the id or the time an attacker could make another message with the same signature.
    if (message.id.find('.') != std::string::npos) {
        return std::unexpected("the id '" + message.id + "' holds a dot, which a signed id must not");
    }
    auto occurred = sdk::text_at(entry, "occurred_at");
    json::object data = entry;
    data.erase("id");
    data.erase("type");
    message.body["type"] = type;
    message.body["timestamp"] = occurred.empty() ? sdk::text_at(entry, "created_at") : std::move(occurred);
    message.body["data"] = std::move(data);
    return message;
}

Message trial_message(std::string id, std::string timestamp) {
    Message message;
    message.id = std::move(id);
    message.body["type"] = "navette.test";
    message.body["timestamp"] = std::move(timestamp);
    message.body["data"] = json::object();
    return message;
}

sdk::HttpRequest request_for(const Message& message, const json::object& settings) {
    // The daemon takes slashes off an address's end, but an endpoint is met at exactly the one that was
    // entered.
    const auto url = sdk::text_at(settings, "url");
    return sdk::HttpRequest::post(url.ends_with('/') ? "/" : "")
        .with_json(message.body)
        .with_header("webhook-id", message.id);
}

std::string unknown_event(std::string_view events) {
    static constexpr std::array<std::string_view, 5> kEndings{
        ".created", ".updated", ".archived", ".deleted", ".*"
    };
    static constexpr std::string_view kBetween = " \t\r\n,";
    for (auto begin = events.find_first_not_of(kBetween); begin != std::string_view::npos;
         begin = events.find_first_not_of(kBetween)) {
        events.remove_prefix(begin);
        const auto word = events.substr(0, events.find_first_of(kBetween));
        events.remove_prefix(word.size());
        const bool is_known = std::ranges::any_of(kEndings, [&](std::string_view ending) {
            return word.size() > ending.size() && word.ends_with(ending);
        });
        if (!is_known) {
            return std::string(word);
        }
    }
    return {};
}

}  // namespace navette::application
