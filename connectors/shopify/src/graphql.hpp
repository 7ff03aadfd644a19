// One GraphQL call: its answer has three layers of failure (HTTP, top-level errors, userErrors of a mutation)
// and tells what it cost.
#pragma once

#include <navette/sdk/connector.hpp>
#include <navette/sdk/foreign_json.hpp>

#include <expected>
#include <string_view>

namespace navette::shopify {

namespace json = sdk::json;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

/// What a call is expected to cost, in points; the answer tells the true cost.
enum class Price : int { lookup = 5, page = 60, mutation = 10, large_mutation = 25 };

/// The answer's `data`. The cost that it tells goes to the account's budget. The lost answer to a document
/// that begins with "mutation" leaves open whether it had its effect.
[[nodiscard]] Task<std::expected<json::object, Outcome>> query(
    Session& session, std::string_view document, json::object variables, Price price
);

/// The payload of a mutation, `data.<name>`, where its userErrors are empty; else what they come to.
[[nodiscard]] std::expected<json::object, Outcome> payload_of(
    const json::object& data, std::string_view name
);

/// Done with the object's global id and its time of change; a success without an id is none.
[[nodiscard]] Outcome outcome_of_object(const json::object& payload, std::string_view name);

}  // namespace navette::shopify
