// ETag and If-Match (RFC 9110): whoever changes something says which version of it they saw. Pure.
#pragma once

#include "daemon/http/exchange.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace navette::http {

/// Whether a request must name the version that it changes.
enum class IfMatch { required, optional };

/// The ETag of a row's version: a strong one, with its quotation marks.
[[nodiscard]] std::string etag_of(std::int64_t version);

/// None where the request may go on; else the answer: 412 where If-Match names other versions than this one,
/// 428 where it is absent although it is required, 400 where it cannot be read. `*` fits every version.
[[nodiscard]] std::optional<Response> check_if_match(
    const Request& request, std::int64_t version, IfMatch need = IfMatch::required
);

}  // namespace navette::http
