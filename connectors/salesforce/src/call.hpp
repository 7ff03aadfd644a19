// One request to Salesforce: as sdk::exchange, and what the answer tells of the organisation's day is told
// on.
#pragma once

#include <navette/sdk/exchange.hpp>

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace navette::salesforce {

/// What a header Sforce-Limit-Info tells: "api-usage=18/5000"; none where it tells nothing of the day. Pure.
[[nodiscard]] std::optional<sdk::LimitReport> usage_of(std::string_view limit_info);

/// Sends one request and reads its answer. Throws nothing.
[[nodiscard]] sdk::Task<sdk::Reply> call(sdk::Session& session, sdk::HttpRequest request);

/// Likewise where a success is no JSON: its body as it came.
[[nodiscard]] sdk::Task<std::expected<std::string, sdk::Outcome>> call_for_text(
    sdk::Session& session, sdk::HttpRequest request
);

}  // namespace navette::salesforce
