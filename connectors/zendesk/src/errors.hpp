// What Zendesk's error answers mean. Pure.
#pragma once

#include <navette/sdk/exchange.hpp>

#include <string>

namespace navette::zendesk {

namespace json = sdk::json;

/// What an answer that is no success comes to. A value that another record holds is a conflict.
[[nodiscard]] sdk::Outcome failure_of(const sdk::HttpResponse& response, bool has_effect);

/// Zendesk's own words, in whichever of its shapes they come: all details of all fields.
[[nodiscard]] std::string words_of(const json::value& body);

inline constexpr sdk::Platform kZendesk{"Zendesk", failure_of};

}  // namespace navette::zendesk
