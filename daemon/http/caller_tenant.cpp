#include "daemon/http/caller_tenant.hpp"

#include "daemon/outbound/valid_utf8.hpp"

namespace navette::http {

namespace {

/// None of the caller's own: administration, or the listener itself.
bool is_unbound(const Request& request) {
    return !request.caller || request.caller->tenant.empty();
}

std::unexpected<Response> no_tenant(const std::string& tenant) {
    return std::unexpected(problem(404, "there is no tenant " + tenant, "tenant"));
}

}  // namespace

std::expected<std::optional<std::string>, Response> tenant_of(const Request& request) {
    auto named = request.query_value("tenant");
    if (named && named->empty()) {
        return std::unexpected(problem(400, "tenant is empty", "tenant"));
    }
    if (named && outbound::valid_utf8(*named) != *named) {
        return std::unexpected(problem(400, "tenant is no text in UTF-8", "tenant"));
    }
    if (is_unbound(request)) {
        return named;
    }
    if (named && *named != request.caller->tenant) {
        return no_tenant(*named);
    }
    return request.caller->tenant;
}

std::expected<std::string, Response> required_tenant_of(
    const Request& request, const std::optional<std::string>& named_by_body
) {
    auto tenant = tenant_of(request);
    if (!tenant) {
        return std::unexpected(std::move(tenant.error()));
    }
    if (named_by_body && *tenant && **tenant != *named_by_body) {
        return is_unbound(request) ? std::unexpected(problem(
                                         422, "tenant_id is another tenant than ?tenant= names", "tenant_id"
                                     ))
                                   : no_tenant(*named_by_body);
    }
    const auto& known = *tenant ? *tenant : named_by_body;
    if (!known || known->empty()) {
        return std::unexpected(
            problem(422, "a token of administration names the tenant, by ?tenant= or tenant_id", "tenant_id")
        );
    }
    return *known;
}

}  // namespace navette::http
