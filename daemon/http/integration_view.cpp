#include "daemon/http/integration_view.hpp"

#include "daemon/engine/integration_draft.hpp"
#include "daemon/http/caller_tenant.hpp"
#include "daemon/http/preconditions.hpp"

#include <boost/json/array.hpp>

namespace navette::http {

namespace json = boost::json;

std::expected<store::KnownIntegration, Response> integration_of(
    store::AdminSession& session, const Request& request
) {
    const auto tenant = tenant_of(request);
    if (!tenant) {
        return std::unexpected(tenant.error());
    }
    const auto& id = request.parameter("id");
    auto known = store::find_integration(session, id, *tenant);
    if (known) {
        return std::move(*known);
    }
    if (known.error().kind == core::ErrorKind::not_found) {
        return std::unexpected(problem(404, "there is no integration " + id));
    }
    if (known.error().kind == core::ErrorKind::conflict) {
        return std::unexpected(
            problem(409, "several tenants have an integration " + id + ", name one by ?tenant=", "tenant")
        );
    }
    return std::unexpected(problem(known.error()));
}

core::Result<json::object> integration_view(
    store::AdminSession& session, const store::IntegrationRow& row, const engine::Configuration& configuration
) {
    auto found = store::list_connected(session, row.key.tenant_id, row.key.id, std::nullopt, 1);
    if (!found) {
        return std::unexpected(found.error());
    }
    if (found->empty()) {
        return core::failure(core::ErrorKind::not_found, "integration " + row.key.id + " is gone");
    }
    auto view = std::move(found->front());
    view.stable_erase("created_at_exact");
    view["secrets"] = nullptr;
    if (const auto secrets = engine::open_secrets(row, configuration.vault)) {
        json::array names;
        for (const auto& [name, value] : *secrets) {
            names.emplace_back(name);
        }
        view["secrets"] = std::move(names);
    }
    return view;
}

Response integration_response(
    store::AdminSession& session,
    const store::IntegrationKey& key,
    const engine::Configuration& configuration,
    int status,
    const std::string& message
) {
    const auto known = store::find_integration(session, key.id, key.tenant_id);
    if (!known) {
        return problem(known.error());
    }
    auto view = integration_view(session, known->row, configuration);
    if (!view) {
        return problem(view.error());
    }
    const auto version = view->at("version").as_int64();
    json::object body{{"success", true}};
    if (!message.empty()) {
        body["message"] = message;
    }
    if (status == 201) {
        body["integrationId"] = key.id;
    }
    body["integration"] = std::move(*view);
    return json_response(status, body).with_header("ETag", etag_of(version));
}

}  // namespace navette::http
