// One GraphQL call: its answer has three layers of failure (HTTP, top-level errors, userErrors of a mutation)
// and tells what it cost.
#pragma once

#include "documents.hpp"

#include <navette/sdk/connector.hpp>
#include <navette/sdk/foreign_json.hpp>

#include <expected>
#include <string_view>

namespace navette::shopify {

namespace json = sdk::json;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

/// The answer's `data`. The cost that it tells goes to the account's budget. The lost answer to a mutation
/// leaves open whether it had its effect.
[[nodiscard]] Task<std::expected<json::object, Outcome>> query(
    Session& session, Document document, json::object variables
);

/// The `data` of an answer's body, or of a line of a bulk operation's results; else what its `errors` come
/// to. `has_effect`: as in query().
[[nodiscard]] std::expected<json::object, Outcome> data_of(
    Session& session, const json::object& body, bool has_effect
);

/// The payload of a mutation, `data.<name>`, where its userErrors are empty; else what they come to.
[[nodiscard]] std::expected<json::object, Outcome> payload_of(
    const json::object& data, std::string_view name
);

/// The code and words of the payload's first userError; empty where it has none.
struct UserError {
    std::string code;
    std::string words;
};
[[nodiscard]] UserError user_error_of(const json::object& data, std::string_view name);

/// Done with the object's global id and its time of change; a success without an id is none.
[[nodiscard]] Outcome outcome_of_object(const json::object& payload, std::string_view name);

}  // namespace navette::shopify
