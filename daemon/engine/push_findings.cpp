#include "daemon/engine/push_findings.hpp"

#include "daemon/engine/inbound.hpp"
#include "daemon/engine/spoke.hpp"
#include "daemon/sync/doubts.hpp"
#include "daemon/sync/iso_time.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::engine {

namespace json = boost::json;

namespace {

bool can_fetch(const Integration& integration) {
    const auto& capabilities = integration.manifest().capabilities;
    return std::ranges::find(capabilities, "fetch") != capabilities.end();
}

}  // namespace

std::string edited_meanwhile(
    const Integration& integration, const JobPlan& plan, const sdk::RemoteRecord& found
) {
    const auto& mapping = *integration.mapping(plan.object);
    const auto shown = local_view(mapping, found.fields);
    const auto snapshot = stored_object(plan.push->snapshot);
    const auto sent = local_view(mapping, snapshot);
    const auto in_doubt = sync::views_in_doubt(mapping, snapshot, stored_objects(plan.push->in_doubt));
    const auto seen = stored_object(plan.push->seen);
    const auto leaves = sync::leaves_of(shown);
    const bool edited = std::ranges::any_of(leaves, [&](const auto& field) {
        const auto& known = sync::leaf(sent, field.first);
        return !sync::equal_values(field.second, sync::leaf(seen, field.first)) &&
               !sync::equal_values(field.second, known) &&
               sync::place_in_doubt(in_doubt, field.first, field.second, known) == 0;
    });
    if (!edited) {
        return {};
    }
    Inbound inbound;
    inbound.object = plan.object;
    inbound.remote_id = found.remote_id;
    inbound.fields = found.fields;
    if (found.modified_at) {
        inbound.changed_at = sync::iso_instant(*found.modified_at, std::chrono::seconds(0));
        inbound.occurred_at = inbound.changed_at;
    }
    auto change = change_object(inbound);
    change["look"] = true;
    return json::serialize(change);
}

std::string gone_meanwhile(
    const Integration& integration, const JobPlan& plan, const std::string& remote_id
) {
    Inbound inbound;
    inbound.object = plan.object;
    inbound.remote_id = remote_id;
    inbound.push_found_none = true;
    // Our word for it is a last resort: a record that is deleted by mistake is deleted everywhere.
    inbound.deleted = !can_fetch(integration);
    auto change = change_object(inbound);
    change["thin"] = !inbound.deleted;
    change["look"] = true;
    return json::serialize(change);
}

}  // namespace navette::engine
