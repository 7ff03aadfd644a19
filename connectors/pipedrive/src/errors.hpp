// What Pipedrive's error answers mean. Pure.
#pragma once

#include <navette/sdk/exchange.hpp>

namespace navette::pipedrive {

namespace json = sdk::json;

/// What an answer that is no success comes to.
[[nodiscard]] sdk::Outcome failure_of(const sdk::HttpResponse& response, bool has_effect);

inline constexpr sdk::Platform kPipedrive{"Pipedrive", failure_of};

}  // namespace navette::pipedrive
