// An entry of the change feed as a webhook's message. Pure.
#pragma once

#include <navette/sdk/http.hpp>

#include <expected>
#include <string>
#include <string_view>

namespace navette::application {

namespace json = sdk::json;

/// One webhook: its id, equal for every attempt, and its body.
struct Message {
    std::string id;
    json::object body;  // {type, timestamp, data}
};

/// The message for an entry of the feed. Fails with a sentence where the fields are none.
[[nodiscard]] std::expected<Message, std::string> message_of(const json::object& entry);

/// The message that tries an endpoint out; `timestamp` in ISO 8601.
[[nodiscard]] Message trial_message(std::string id, std::string timestamp);

/// The request that carries a message to the endpoint. What signs it is added by the daemon.
[[nodiscard]] sdk::HttpRequest request_for(const Message& message, const json::object& settings);

/// The first word of the setting `events` that names no type of the feed's, such as "order.paid"; empty where
/// all do.
[[nodiscard]] std::string unknown_event(std::string_view events);

}  // namespace navette::application
