// Whose rows a request is about. Pure.
#pragma once

#include "daemon/http/exchange.hpp"

#include <expected>
#include <optional>
#include <string>

namespace navette::http {

/// The caller's tenant; for administration the one that ?tenant= names, none where it names none. A tenant
/// that names another is answered 404, as for whatever else is another's.
[[nodiscard]] std::expected<std::optional<std::string>, Response> tenant_of(const Request& request);

/// The same for a request whose body may name the tenant too; the answer is a 422 where nothing names one.
[[nodiscard]] std::expected<std::string, Response> required_tenant_of(
    const Request& request, const std::optional<std::string>& named_by_body
);

}  // namespace navette::http
