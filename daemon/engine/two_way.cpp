#include "daemon/engine/two_way.hpp"

#include "daemon/engine/spoke.hpp"
#include "daemon/sync/doubts.hpp"
#include "daemon/sync/moment.hpp"
#include "daemon/sync/parked.hpp"
#include "daemon/sync/record_hash.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace navette::engine {

namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

/// Takes out of the hub's stamps the one that tells of a delete.
std::optional<sync::Stamp> take_delete_stamp(sync::Hub& hub) {
    auto stamp = hub.stamps.extract(sync::kWholeRecord);
    return stamp.empty() ? std::nullopt : std::optional(std::move(stamp.mapped()));
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

}  // namespace

bool is_two_way(const Integration& integration, const std::string& object) {
    if (integration.row().direction == store::SyncDirection::to_platform) {
        return false;
    }
    const auto* spec = integration.manifest().object(object);
    if (spec == nullptr || !spec->linked || spec->every_event) {
        return false;
    }
    const auto* mapping = integration.mapping(object);
    return mapping != nullptr && mapping->reads_back();
}

store::HubName hub_name(const Integration& integration, const store::Job& job, const JobPlan& plan) {
    store::HubName name;
    name.object = plan.object;
    name.entity_type = job.entity_type;
    name.entity_id = job.entity_id;
    name.job_id = job.id;
    if (!job.of_sync && plan.action != sdk::Action::remove) {
        name.keys =
            natural_keys_text(plan.push->record, integration.manifest().object(plan.object)->natural_keys);
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
        plan.push->left_alone = "there is no such record any more";
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
    write.keys =
        natural_keys_text(plan.push->record, integration.manifest().object(plan.object)->natural_keys);
    return write;
}

std::expected<void, sdk::Outcome> finish_plan(
    const Integration& integration, const store::Job& job, JobPlan& plan, const store::HubState& state
) {
    const auto& spec = *integration.manifest().object(plan.object);
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

std::string sent_json(const store::Job& job, const JobPlan& plan, const std::string& fields) {
    const auto& as = plan.push->sent_as.empty() ? job.entity_id : plan.push->sent_as;
    return "{\"as\":" + json::serialize(json::string(as)) + ",\"fields\":" + fields + "}";
}

}  // namespace navette::engine
