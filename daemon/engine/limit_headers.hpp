// What an answer's headers say of the platform's limits. Pure.
#pragma once

#include "daemon/config/manifest.hpp"

#include <navette/sdk/http.hpp>
#include <navette/sdk/record.hpp>

#include <optional>

namespace navette::engine {

/// The report of one limit; nothing where the answer has no such headers or they hold no numbers.
[[nodiscard]] std::optional<sdk::LimitReport> report_of(
    const config::LimitHeaders& headers, const sdk::HttpResponse& response, sdk::Instant now
);

}  // namespace navette::engine
