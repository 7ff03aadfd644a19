#include "daemon/engine/two_way.hpp"

#include "daemon/engine/spoke.hpp"
#include "daemon/sync/doubts.hpp"
#include "daemon/sync/iso_time.hpp"
#include "daemon/sync/moment.hpp"
#include "daemon/sync/parked.hpp"
#include "daemon/sync/record_hash.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::engine {

namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

const config::ObjectSpec& spec_of(const Integration& integration, const std::string& object) {
    return *integration.manifest().object(object);
}

/// What the application may call records of the object; the first is what a platform's record becomes.
std::vector<std::string> entity_types_of(const Integration& integration, const config::ObjectSpec& spec) {
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

std::string keys_text(const json::object& record, const std::vector<std::string>& paths) {
    return json::serialize(natural_keys_json(record, paths));
}

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

// The stamp of a record that a platform deleted stands where no field's can.
constexpr const char* kWholeRecord = "";

/// Takes out of the hub's stamps the one that tells of a delete.
std::optional<sync::Stamp> take_delete_stamp(sync::Hub& hub) {
    auto stamp = hub.stamps.extract(kWholeRecord);
    return stamp.empty() ? std::nullopt : std::optional(std::move(stamp.mapped()));
}

bool can_fetch(const Integration& integration) {
    const auto& capabilities = integration.manifest().capabilities;
    return std::ranges::find(capabilities, "fetch") != capabilities.end();
}

/// The change as receive_change takes it, with the head of what was merged.
json::object change_head(const Inbound& inbound) {
    boost::system::error_code error;
    return json::parse(change_json(inbound), error).as_object();
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

/// Gives the record the natural keys that `first` was sent with: what may have been made there is found by
/// them, whatever they are by now. Returns whether they are others.
bool repeat_keys(const json::object& first, const std::vector<std::string>& keys, json::object& record) {
    bool are_others = false;
    for (const auto& key : keys) {
        const auto& sent = sync::leaf(first, key);
        if (!sent.is_null() && !sync::equal_values(sent, sync::leaf(record, key))) {
            sync::put_leaf(record, key, sent);
            are_others = true;
        }
    }
    return are_others;
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
        hub.stamps.insert_or_assign(kWholeRecord, std::move(stamp));
    }
    merged["stamps"] = sync::write_stamps(hub.stamps);
    merged["keys"] = rule == config::DeleteRule::remove
                         ? json::value(json::array())
                         : natural_keys_json(hub.data, spec_of(integration, inbound.object).natural_keys);
    merged["data"] = std::move(hub.data);
    merged["snapshot"] = stored_object(state.link.snapshot);
    merged["seen"] = stored_object(state.link.seen);
    merged["conflicts"] = json::object();
    merged["gone"] = true;
    auto change = change_head(inbound);
    change["merged"] = std::move(merged);
    return {json::serialize(change), ""};
}

}  // namespace

bool is_two_way(const Integration& integration, const std::string& object) {
    if (integration.row().direction == store::SyncDirection::to_platform) {
        return false;
    }
    const auto* spec = integration.manifest().object(object);
    const auto* mapping = integration.mapping(object);
    return spec != nullptr && mapping != nullptr && spec->linked && !spec->every_event &&
           mapping->reads_back();
}

store::HubName hub_name(const Integration& integration, const store::Job& job, const JobPlan& plan) {
    store::HubName name;
    name.object = plan.object;
    name.entity_type = job.entity_type;
    name.entity_id = job.entity_id;
    name.job_id = job.id;
    if (!job.of_sync && plan.action != sdk::Action::remove) {
        name.keys = keys_text(plan.push->record, spec_of(integration, plan.object).natural_keys);
    }
    return name;
}

std::optional<store::HubWrite> take_told(
    const Integration& integration, const store::Job& job, JobPlan& plan, const store::HubState& state
) {
    store::HubWrite write;
    write.entity_type = job.entity_type;
    write.entity_id = job.entity_id;
    write.expected = state.hub.version;
    write.told_by = job.of_sync ? 0 : job.id;
    if (plan.action == sdk::Action::remove) {
        if (job.of_sync || state.hub.version == 0 || state.hub.deleted) {
            return std::nullopt;
        }
        write.data = state.hub.data;
        write.stamps = "{}";
        write.keys = "[]";
        write.gone = true;
        return write;
    }
    if (!state.adoptable.empty() && !job.of_sync) {
        write.adopted = state.adoptable;
        return write;
    }
    if (job.of_sync && state.hub.version == 0) {
        plan.push->left_alone = "the record goes by another id by now, which has a job of its own";
        return std::nullopt;
    }
    auto hub = hub_of(state.hub);
    const auto deleted = take_delete_stamp(hub);
    if (state.hub.deleted && !job.of_sync && !plan.push->anew) {
        const auto told_at = sync::Moment(state.told_at);
        const bool knew = !deleted || (sync::is_known(*deleted, hub) && told_at > deleted->heard_at);
        const bool is_old = !knew || job.id < state.hub.told_job;
        if (is_old && job.maybe_applied) {
            plan.push->record = std::move(hub.data);
            return std::nullopt;
        }
        if (is_old) {
            plan.push->left_alone =
                knew ? "the application deleted the record since"
                     : "the record was deleted on a platform, and the application told this "
                       "without knowing of it; to have the record again, acknowledge the "
                       "feed's delete and tell it again, or tell it with the operation create";
            return std::nullopt;
        }
    }
    // What was taken in once is not told anew by another attempt, nor by the job of a slower integration: the
    // hub may have gone on.
    if (state.hub.version > 0 && (job.of_sync || job.was_tried || job.id < state.hub.told_job)) {
        if (!job.of_sync) {
            auto lacking = std::move(plan.push->record);
            sync::lay_over(lacking, hub.data);
            hub.data = std::move(lacking);
        }
        plan.push->record = std::move(hub.data);
        return std::nullopt;
    }
    auto told = sync::take_report(hub, plan.push->record, sync::Moment(state.told_at));
    plan.push->record = std::move(told.data);
    // What the platform deleted and the application has anew is archived no more, though no field changed.
    const bool is_anew = plan.push->anew && state.link.gone;
    if (state.hub.version > 0 && !told.changed && !state.hub.deleted && !is_anew) {
        return std::nullopt;
    }
    write.retold = json::serialize(json::array(told.retold.begin(), told.retold.end()));
    for (const auto& field : told.retold) {
        if (const auto stamp = hub.stamps.find(field); stamp != hub.stamps.end()) {
            write.retold_from = stamp->second.by;
        }
    }
    write.data = json::serialize(plan.push->record);
    write.stamps = json::serialize(sync::write_stamps(told.stamps));
    write.keys = keys_text(plan.push->record, spec_of(integration, plan.object).natural_keys);
    return write;
}

std::expected<void, sdk::Outcome> finish_plan(
    const Integration& integration, const store::Job& job, JobPlan& plan, const store::HubState& state
) {
    const auto& spec = spec_of(integration, plan.object);
    const auto& link = state.link;
    plan.push->gone = link.gone;
    plan.push->sent_before = link.references_hash;
    plan.push->snapshot = link.snapshot;
    plan.push->seen = link.seen;
    plan.push->in_doubt = link.in_doubt;
    plan.push->sent_as = link.sent_as;
    if (!plan.push->left_alone.empty()) {
        return {};
    }
    if (plan.action == sdk::Action::remove) {
        const bool by_rule = (job.of_sync && !job.ordered) || job.noticed;
        const auto rule =
            by_rule ? integration.sync_rules().deletes_of(plan.object) : config::DeleteRule::remove;
        if (rule == config::DeleteRule::ignore) {
            plan.push->left_alone = "deletes of a " + plan.object + " do not travel to this integration";
        } else if (rule == config::DeleteRule::archive) {
            plan.push->archives = true;
            plan.action = sdk::Action::upsert;
            plan.fields = spec.archive;
        }
        return {};
    }
    // What may have been made there is sent once more: so its link is known, and the delete behind it finds
    // it.
    if (job.of_sync && state.hub.deleted && !job.maybe_applied) {
        plan.push->left_alone = "the record was deleted meanwhile";
        return {};
    }
    const auto& mapping = *integration.mapping(plan.object);
    const auto snapshot = stored_object(link.snapshot);
    auto in_doubt = stored_objects(link.in_doubt);
    const auto open = open_conflicts(stored_object(link.conflicts));
    if (link.revision < 0 && !in_doubt.empty()) {
        plan.push->repeats_keys =
            repeat_keys(local_view(mapping, in_doubt.front()), spec.natural_keys, plan.push->record);
    }
    const auto held = sync::keep_parked(mapping, open, snapshot, plan.push->record, in_doubt);
    if (auto planned = plan_record(integration, plan.push->record, plan); !planned) {
        return planned;
    }
    const bool known = link.revision >= 0 && !snapshot.empty() && !plan.push->anew && !plan.push->gone;
    plan.push->unchanged = known && !sync::drop_known(mapping, plan.fields, held, in_doubt, spec.always_send);
    return {};
}

std::optional<std::string> reason_to_skip_two_way(
    const JobPlan& plan, const store::RecordState& own, const std::string& references_hash
) {
    if (!plan.push->left_alone.empty()) {
        return plan.push->left_alone;
    }
    if (plan.push->archives && own.remote_id.empty()) {
        return "the record was never on the platform";
    }
    if (plan.push->gone && !plan.push->anew && plan.action != sdk::Action::remove) {
        return "the platform deleted the record; enqueue it with the operation create to send it again";
    }
    // A link that a merge made has sent none.
    static const auto kNone = engine::references_hash({});
    const auto& sent_before = plan.push->sent_before.empty() ? kNone : plan.push->sent_before;
    if (!own.remote_id.empty() && plan.push->unchanged && sent_before == references_hash) {
        return "the platform holds this already";
    }
    return std::nullopt;
}

std::string references_hash(const std::map<std::string, std::string>& references) {
    json::object all;
    for (const auto& [name, remote_id] : references) {
        all[name] = remote_id;
    }
    return sync::record_hash(all);
}

std::expected<store::RemoteName, sdk::Outcome> remote_name(
    const Integration& integration, const Inbound& inbound, std::int64_t job_id
) {
    const auto& spec = spec_of(integration, inbound.object);
    store::RemoteName name;
    name.object = inbound.object;
    name.entity_types = entity_types_of(integration, spec);
    name.remote_id = inbound.remote_id;
    name.job_id = job_id;
    if (!inbound.deleted) {
        const auto local = integration.mapping(inbound.object)->to_local(inbound.fields);
        if (!local) {
            return std::unexpected(sdk::Outcome::rejected(local.error().message));
        }
        name.keys = keys_text(*local, spec.natural_keys);
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
    merged["keys"] = natural_keys_json(result.data, spec_of(integration, inbound.object).natural_keys);
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
    auto change = change_head(inbound);
    change["merged"] = std::move(merged);
    return InboundMerge{json::serialize(change), ""};
}

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
    auto change = change_head(inbound);
    change["look"] = true;
    return json::serialize(change);
}

std::string sent_json(const store::Job& job, const JobPlan& plan, const std::string& fields) {
    const auto& as = plan.push->sent_as.empty() ? job.entity_id : plan.push->sent_as;
    return "{\"as\":" + json::serialize(json::string(as)) + ",\"fields\":" + fields + "}";
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
    auto change = change_head(inbound);
    change["thin"] = !inbound.deleted;
    change["look"] = true;
    return json::serialize(change);
}

}  // namespace navette::engine
