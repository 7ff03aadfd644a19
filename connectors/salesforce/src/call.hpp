// One request to Salesforce: as sdk::exchange, and what the answer tells of the organisation's day is told
// on.
#pragma once

#include <navette/sdk/exchange.hpp>

#include <optional>
#include <string_view>

namespace navette::salesforce {

/// What a header Sforce-Limit-Info tells: "api-usage=18/5000"; none where it tells nothing of the day. Pure.
[[nodiscard]] std::optional<sdk::LimitReport> usage_of(std::string_view limit_info);

/// Sends one request and reads its answer. Throws nothing.
[[nodiscard]] sdk::Task<sdk::Reply> call(sdk::Session& session, sdk::HttpRequest request);

}  // namespace navette::salesforce
