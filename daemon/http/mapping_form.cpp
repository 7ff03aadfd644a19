#include "daemon/http/mapping_form.hpp"

#include "daemon/http/query_reader.hpp"
#include "daemon/store/admin_mappings.hpp"

namespace navette::http {

std::expected<MappedConnection, Response> connection_of(
    store::AdminSession& session, const Request& request, bool paged
) {
    QueryReader query(request);
    const auto tenant = query.tenant();
    if (paged) {
        query.leave_page();
    }
    if (auto mistake = query.mistake()) {
        return std::unexpected(std::move(*mistake));
    }
    const auto found = store::find_connection(session, request.parameter("id"), tenant);
    if (!found) {
        return std::unexpected(problem(found.error()));
    }
    return MappedConnection{
        store::IntegrationKey(store::text_of(*found, "tenant_id"), store::text_of(*found, "id")),
        store::text_of(*found, "platform")
    };
}

std::shared_ptr<const config::Manifest> manifest_of(
    const MappedConnection& connection, const engine::Configuration& configuration, const std::string& object
) {
    if (const auto connector = configuration.inventory->find(connection.platform)) {
        return {connector, &connector->manifest};
    }
    auto bare = std::make_shared<config::Manifest>();
    bare->slug = connection.platform;
    bare->objects.emplace_back().name = object;
    return bare;
}

}  // namespace navette::http
