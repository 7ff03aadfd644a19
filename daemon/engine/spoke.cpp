#include "daemon/engine/spoke.hpp"

#include "daemon/sync/doubts.hpp"
#include "daemon/sync/natural_key.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace navette::engine {

namespace json = boost::json;

namespace {

/// Whether two values of a field mean the same: as the mapping spells them, or, while nothing but their
/// natural keys tells that two records belong together, as keys.
std::function<bool(std::string_view, const json::value&, const json::value&)> meaning_of(
    const Integration& integration, const std::string& object, bool is_linked
) {
    return [&integration,
            object,
            is_linked](std::string_view field, const json::value& ours, const json::value& shown) {
        if (integration.mapping(object)->is_same_meaning(field, ours, shown)) {
            return true;
        }
        const auto& keys = integration.manifest().object(object)->natural_keys;
        if (is_linked || std::ranges::find(keys, field) == keys.end()) {
            return false;
        }
        const auto key_of = [&](const json::value& value) {
            json::object record;
            sync::set_leaf(record, field, value);
            return sync::natural_keys_of(record, std::vector{std::string(field)});
        };
        const auto key = key_of(ours);
        return !key.empty() && key == key_of(shown);
    };
}

}  // namespace

sync::Conflicts open_conflicts(const json::object& stored) {
    sync::Conflicts open;
    for (const auto& [field, value] : stored) {
        if (const auto* members = value.if_object()) {
            sync::Conflict conflict;
            const auto take = [members](const char* name, json::value& into) {
                if (const auto* found = members->if_contains(name)) {
                    into = *found;
                }
            };
            take("base", conflict.base);
            take("local", conflict.local);
            take("remote", conflict.remote);
            open.emplace(field, std::move(conflict));
        }
    }
    return open;
}

json::object stored_object(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    return error || !value.is_object() ? json::object() : std::move(value.get_object());
}

std::vector<json::object> stored_objects(const std::string& text) {
    std::vector<json::object> objects;
    boost::system::error_code error;
    auto value = json::parse(text, error);
    if (!error && value.is_array()) {
        for (auto& item : value.get_array()) {
            if (item.is_object()) {
                objects.push_back(std::move(item.get_object()));
            }
        }
    }
    return objects;
}

json::object local_view(const sync::Mapping& mapping, const json::object& remote) {
    auto local = mapping.to_local(remote);
    return local ? std::move(*local) : json::object();
}

sync::Hub hub_of(const store::HubRow& row) {
    sync::Hub hub;
    hub.data = stored_object(row.data);
    hub.stamps = sync::read_stamps(stored_object(row.stamps));
    hub.updated_at = sync::Moment(row.updated_at);
    hub.acknowledged = row.acknowledged;
    return hub;
}

sync::Spoke spoke_of(
    const Integration& integration,
    const std::string& object,
    const store::LinkRow& link,
    const sync::Hub& hub,
    json::object shown,
    std::optional<sync::Moment> changed_at,
    sync::Moment now
) {
    const auto& mapping = *integration.mapping(object);
    sync::Spoke spoke;
    spoke.shown = std::move(shown);
    spoke.seen = stored_object(link.seen);
    const auto snapshot = stored_object(link.snapshot);
    spoke.sent = local_view(mapping, snapshot);
    spoke.in_doubt = sync::views_in_doubt(mapping, snapshot, stored_objects(link.in_doubt));
    spoke.ours = mapping.canonical(hub.data);
    spoke.changed_at = changed_at;
    if (link.synced_at) {
        spoke.pushed_at = sync::Moment(*link.synced_at);
    }
    if (link.remote_changed_at) {
        spoke.seen_at = sync::Moment(*link.remote_changed_at);
    }
    spoke.heard_at = now;
    spoke.integration = integration.key().id;
    spoke.rule = [&integration, object](std::string_view field) {
        return integration.sync_rules().rule_of(object, field);
    };
    spoke.open = open_conflicts(stored_object(link.conflicts));
    spoke.together = mapping.read_together();
    spoke.means_same = meaning_of(integration, object, link.revision >= 0);
    return spoke;
}

json::array natural_keys_json(const json::object& record, const std::vector<std::string>& paths) {
    json::array keys;
    for (const auto& key : sync::natural_keys_of(record, paths)) {
        keys.push_back({{"name", key.name}, {"value", key.value}});
    }
    return keys;
}

std::string natural_keys_text(const json::object& record, const std::vector<std::string>& paths) {
    return json::serialize(natural_keys_json(record, paths));
}

}  // namespace navette::engine
