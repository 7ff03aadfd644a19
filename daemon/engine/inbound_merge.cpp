#include "daemon/engine/inbound_merge.hpp"

#include "daemon/engine/spoke.hpp"
#include "daemon/sync/doubts.hpp"
#include "daemon/sync/iso_time.hpp"
#include "daemon/sync/parked.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::engine {

namespace json = boost::json;

namespace {

json::object one_field(const std::string& field, const json::value& value) {
    json::object record;
    sync::put_leaf(record, field, value);
    return record;
}

/// `known`: what the platform is known to hold besides.
json::object write_conflicts(
    const sync::Conflicts& conflicts,
    const json::object& stored,
    const sync::Mapping& mapping,
    const json::object& known,
    sync::Moment now
) {
    const auto there = sync::held_in_conflict(mapping, conflicts, known);
    json::object all;
    for (const auto& [field, conflict] : conflicts) {
        json::object one;
        one["base"] = conflict.base;
        one["local"] = conflict.local;
        one["remote"] = conflict.remote;
        const auto* before = stored.if_contains(field);
        const auto* since =
            before != nullptr && before->is_object() ? before->get_object().if_contains("since") : nullptr;
        one["since"] =
            since != nullptr ? *since : json::value(sync::iso_instant(now, std::chrono::seconds(0)));
        auto patch = one_field(field, conflict.remote);
        one["snapshot_patch"] = mapping.places_of(there, std::vector{field});
        one["record_patch"] = std::move(patch);
        all[field] = std::move(one);
    }
    return all;
}

std::string_view name_of(config::Spread spread) {
    switch (spread) {
        case config::Spread::none:
            return "none";
        case config::Spread::linked:
            return "linked";
        case config::Spread::all:
            return "all";
    }
    return "none";
}

std::optional<sync::Moment> moment_of(const std::string& text) {
    return text.empty() ? std::nullopt : sync::parse_moment(text);
}

json::object merged_head(const store::RemoteState& state, const std::string& entity_id) {
    json::object merged;
    merged["entity_type"] = state.entity_type;
    merged["entity_id"] = entity_id;
    merged["expected_version"] = state.hub.version;
    merged["expected_revision"] = state.link.revision;
    merged["expected_job"] = state.link.job_id;
    merged["ambiguous"] = state.ambiguous;
    merged["changed"] = json::array();
    merged["operation"] = "none";
    merged["gone"] = false;
    merged["push_back"] = false;
    merged["spread"] = "none";
    return merged;
}

/// The platform deleted the record.
InboundMerge merge_delete(
    const Integration& integration, const Inbound& inbound, const store::RemoteState& state, sync::Moment now
) {
    if (state.link.revision < 0) {
        return {"", "nobody here knew of the record"};
    }
    if (state.link.gone) {
        return {"", "that the platform deleted the record is known"};
    }
    auto merged = merged_head(state, state.entity_id);
    const auto rule = integration.sync_rules().deletes_of(inbound.object);
    if (state.hub.version > 0 && !state.hub.deleted && rule != config::DeleteRule::ignore) {
        merged["operation"] = rule == config::DeleteRule::archive ? "archive" : "delete";
        merged["spread"] = name_of(integration.sync_rules().spread);
    }
    auto hub = hub_of(state.hub);
    if (rule == config::DeleteRule::remove && !state.hub.deleted) {
        // It gets the feed's position, by which reports from before are told from those that know of it.
        sync::Stamp stamp;
        stamp.at = moment_of(inbound.occurred_at).value_or(now);
        stamp.by = integration.key().id;
        stamp.heard_at = now;
        hub.stamps.insert_or_assign(sync::kWholeRecord, std::move(stamp));
    }
    merged["stamps"] = sync::write_stamps(hub.stamps);
    merged["keys"] =
        rule == config::DeleteRule::remove
            ? json::value(json::array())
            : natural_keys_json(hub.data, integration.manifest().object(inbound.object)->natural_keys);
    merged["data"] = std::move(hub.data);
    merged["snapshot"] = stored_object(state.link.snapshot);
    merged["seen"] = stored_object(state.link.seen);
    merged["conflicts"] = json::object();
    merged["gone"] = true;
    auto change = change_object(inbound);
    change["merged"] = std::move(merged);
    return {json::serialize(change), ""};
}

}  // namespace

std::vector<std::string> entity_types_of(const Integration& integration, const std::string& object) {
    const auto& spec = *integration.manifest().object(object);
    std::vector<std::string> types{spec.entity.empty() ? spec.name : spec.entity};
    const auto add = [&](const std::string& type) {
        if (std::ranges::find(types, type) == types.end()) {
            types.push_back(type);
        }
    };
    for (const auto& rule : integration.manifest().events) {
        if (rule.object == spec.name && rule.event_type.ends_with(".*")) {
            add(rule.event_type.substr(0, rule.event_type.size() - 2));
        }
    }
    add(spec.name);
    return types;
}

std::expected<store::RemoteName, sdk::Outcome> remote_name(
    const Integration& integration, const Inbound& inbound, std::int64_t job_id
) {
    store::RemoteName name;
    name.object = inbound.object;
    name.entity_types = entity_types_of(integration, inbound.object);
    name.remote_id = inbound.remote_id;
    name.job_id = job_id;
    if (!inbound.deleted) {
        const auto local = integration.mapping(inbound.object)->to_local(inbound.fields);
        if (!local) {
            return std::unexpected(sdk::Outcome::rejected(local.error().message));
        }
        name.keys = natural_keys_text(*local, integration.manifest().object(inbound.object)->natural_keys);
    }
    return name;
}

std::expected<InboundMerge, sdk::Outcome> merge_inbound(
    const Integration& integration, const Inbound& inbound, const store::RemoteState& state, sync::Moment now
) {
    if (inbound.deleted) {
        return merge_delete(integration, inbound, state, now);
    }
    if ((state.link.gone || state.was_deleted) && !inbound.is_fresh) {
        // What was told of a record that is no more may be from before it was deleted.
        InboundMerge stale;
        stale.needs_fresh_read = true;
        return stale;
    }
    const auto& mapping = *integration.mapping(inbound.object);
    const auto& rules = integration.sync_rules();
    auto shown = mapping.to_local(inbound.fields);
    if (!shown) {
        return std::unexpected(sdk::Outcome::rejected(shown.error().message));
    }
    const auto changed_at = moment_of(inbound.changed_at.empty() ? inbound.occurred_at : inbound.changed_at);
    if (changed_at && state.link.remote_changed_at &&
        changed_at->time_since_epoch() < *state.link.remote_changed_at) {
        return InboundMerge{"", "something newer of the record was read already"};
    }
    auto snapshot = stored_object(state.link.snapshot);
    auto hub = hub_of(state.hub);
    if (state.hub.version == 0) {
        hub.data = local_view(mapping, snapshot);  // pushed before there was a hub
    }
    const auto spoke =
        spoke_of(integration, inbound.object, state.link, hub, std::move(*shown), changed_at, now);
    auto result = sync::merge(hub, spoke);
    if (!inbound.is_fresh && sync::needs_fresh_read(spoke, result)) {
        InboundMerge stale;
        stale.needs_fresh_read = true;
        return stale;
    }

    const auto entity_id =
        state.entity_id.empty() ? integration.key().id + ":" + inbound.remote_id : state.entity_id;
    auto merged = merged_head(state, entity_id);
    json::object agreed;
    for (const auto& field : result.agreed) {
        const bool is_respelt = std::ranges::find(result.respelt, field) != result.respelt.end();
        sync::put_leaf(agreed, field, sync::leaf(is_respelt ? spoke.ours : spoke.shown, field));
    }
    snapshot = mapping.held_with(snapshot, agreed);
    if (state.hub.deleted) {
        // The application has no such record any more: the platform's edits are noted, and change nothing.
        result.data = std::move(hub.data);
        result.stamps = std::move(hub.stamps);
        result.changed.clear();
        result.differs = false;
    }
    const bool is_new = state.hub.version == 0;
    if (is_new || !result.changed.empty()) {
        merged["operation"] = "upsert";
        merged["spread"] = name_of(rules.spread);
    }
    merged["changed"] = json::array(result.changed.begin(), result.changed.end());
    merged["stamps"] = sync::write_stamps(result.stamps);
    merged["conflicts"] =
        write_conflicts(result.conflicts, stored_object(state.link.conflicts), mapping, snapshot, now);
    merged["keys"] =
        natural_keys_json(result.data, integration.manifest().object(inbound.object)->natural_keys);
    merged["push_back"] = result.differs && !inbound.push_found_none &&
                          integration.row().direction == store::SyncDirection::bidirectional;
    merged["data"] = std::move(result.data);
    if (!result.arrived.empty()) {
        const auto left =
            sync::left_in_doubt(mapping, snapshot, stored_objects(state.link.in_doubt), result.arrived);
        merged["in_doubt"] = state.link.in_doubt;
        merged["left_in_doubt"] = json::array(left.begin(), left.end());
    }
    merged["snapshot"] = std::move(snapshot);
    merged["seen"] = std::move(result.seen);
    auto change = change_object(inbound);
    change["merged"] = std::move(merged);
    return InboundMerge{json::serialize(change), ""};
}

}  // namespace navette::engine
