// What HubSpot's error answers mean. Pure.
#pragma once

#include <navette/sdk/exchange.hpp>

#include <string>

namespace navette::hubspot {

namespace json = sdk::json;

/// What an answer that is no success comes to.
[[nodiscard]] sdk::Outcome failure_of(const sdk::HttpResponse& response, bool has_effect);

/// What one entry of a batch answer's `errors` comes to, by its category.
[[nodiscard]] sdk::Outcome outcome_of_entry(const json::value& entry);

/// HubSpot's own words: the message and those of the inner errors.
[[nodiscard]] std::string words_of(const json::value& body);

/// The scopes that a 403 asks for, joined by commas; empty where it names none.
[[nodiscard]] std::string missing_scopes(const json::value& body);

/// "123" of "Contact already exists. Existing ID: 123"; empty where the text names none.
[[nodiscard]] std::string existing_id(std::string_view text);

/// Whether the outcome is a refusal of what was sent, not of the account or the platform as a whole.
[[nodiscard]] inline bool is_about_records(const sdk::Outcome& outcome) {
    return outcome.kind == sdk::OutcomeKind::rejected || outcome.kind == sdk::OutcomeKind::gone ||
           outcome.kind == sdk::OutcomeKind::conflict;
}

inline constexpr sdk::Platform kHubSpot{"HubSpot", failure_of};

}  // namespace navette::hubspot
