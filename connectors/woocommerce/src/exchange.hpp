// The requests that the recipes are made of.
#pragma once

#include "errors.hpp"

#include <navette/sdk/connector.hpp>

#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace navette::woocommerce {

using sdk::Outcome;
using sdk::Session;
using sdk::Task;

/// Sends one request and reads its answer.
[[nodiscard]] Task<Reply> call(Session& session, sdk::HttpRequest request);

/// A list of objects; anything else is a failure. The shop ignores query parameters that it does not know, so
/// whoever looks for something compares what comes back.
[[nodiscard]] Task<std::expected<std::vector<json::object>, Outcome>> list(
    Session& session, sdk::HttpRequest request
);

/// Done with the answered object's id and change mark; a success without an id is none.
[[nodiscard]] Outcome outcome_of_object(const json::value& body);

/// The value of one of the object's metadata; empty where it has none.
[[nodiscard]] std::string meta_at(const json::object& object, std::string_view key);

/// Adds or replaces one of the body's metadata.
void set_meta(json::object& body, std::string_view key, json::value value);

[[nodiscard]] std::string lower_ascii(std::string_view text);

}  // namespace navette::woocommerce
