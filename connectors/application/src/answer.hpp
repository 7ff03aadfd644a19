// What an endpoint's answer means for a webhook. Pure.
#pragma once

#include <navette/sdk/http.hpp>
#include <navette/sdk/outcome.hpp>

#include <string>

namespace navette::application {

/// `id`: the message's. Any 2xx is a delivery; 410 wants no more; 429 and what is down ask for a pause; all
/// else, redirects too, is a fault of this one delivery.
[[nodiscard]] sdk::Outcome outcome_of_delivery(const sdk::HttpResult& answer, const std::string& id);

}  // namespace navette::application
