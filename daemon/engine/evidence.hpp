// What an attempt sent and got, as it may be stored and shown: redacted, bounded, and text that PostgreSQL
// takes. Pure.
#pragma once

#include "daemon/outbound/http_client.hpp"
#include "daemon/outbound/redactor.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace navette::engine {

/// One request of an attempt and what came of it.
struct Exchange {
    outbound::WireRequest request;
    sdk::HttpResponse response;  // status 0: no answer
    std::string failure;         // why there is none
    std::chrono::milliseconds duration{0};
};

/// The requests as a JSON text: one object {method, url, headers, body}, or a list where the attempt sent
/// several. Empty for none.
[[nodiscard]] std::string requests_json(
    const std::vector<Exchange>& exchanges, const outbound::Redactor& redactor
);

/// The answers likewise: {status, body, duration_ms} or {error, duration_ms}.
[[nodiscard]] std::string responses_json(
    const std::vector<Exchange>& exchanges, const outbound::Redactor& redactor
);

/// A request as `navettectl explain` prints it: {method, url, headers, body}.
[[nodiscard]] boost::json::value request_json(
    const outbound::WireRequest& request, const outbound::Redactor& redactor
);

/// `text` without what PostgreSQL refuses in text and jsonb: NUL characters and bytes that are no UTF-8.
[[nodiscard]] std::string storable(std::string_view text);

}  // namespace navette::engine
