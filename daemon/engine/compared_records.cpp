#include "daemon/engine/compared_records.hpp"

#include "daemon/engine/evidence.hpp"
#include "daemon/engine/inbound_merge.hpp"
#include "daemon/engine/spoke.hpp"
#include "daemon/engine/storable_json.hpp"
#include "daemon/engine/two_way.hpp"
#include "daemon/sync/comparison.hpp"
#include "daemon/sync/iso_time.hpp"
#include "daemon/sync/record_hash.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <utility>

namespace navette::engine {

namespace json = boost::json;

namespace {

// Of one record: a person sees what is wrong from the first few.
constexpr std::size_t kMostDifferences = 20;

/// One record while it is judged.
struct Judged {
    sync::CompareVerdict verdict = sync::CompareVerdict::same;
    std::vector<sync::FieldDifference> differences;
    std::string reason;
};

Inbound inbound_of(const std::string& object, const sdk::RemoteRecord& record) {
    Inbound inbound;
    inbound.object = object;
    inbound.remote_id = record.remote_id;
    inbound.fields = record.fields;
    return inbound;
}

Judged judge(
    const Integration& integration,
    const std::string& object,
    const sdk::RemoteRecord& record,
    const store::RemoteState& state,
    sync::Moment now
) {
    const bool is_linked = state.link.revision >= 0;
    Judged judged;
    if (state.ambiguous) {
        judged.verdict = sync::CompareVerdict::ambiguous;
        judged.reason = "several records have its natural keys";
        return judged;
    }
    if (state.entity_id.empty()) {
        judged.verdict = sync::CompareVerdict::create_local;
        return judged;
    }
    // A write of ours is under way, or the application has no such record any more.
    if (state.pushing || state.link.gone || state.hub.deleted || (is_linked && state.hub.version == 0)) {
        return judged;
    }
    std::optional<sync::Moment> changed_at;
    if (record.modified_at) {
        changed_at = std::chrono::time_point_cast<std::chrono::milliseconds>(*record.modified_at);
    }
    // Something newer of it was read already.
    if (changed_at && state.link.remote_changed_at &&
        changed_at->time_since_epoch() < *state.link.remote_changed_at) {
        return judged;
    }
    const auto hub = hub_of(state.hub);
    const auto spoke = spoke_of(
        integration,
        object,
        state.link,
        hub,
        local_view(*integration.mapping(object), record.fields),
        changed_at,
        now
    );
    auto comparison = sync::compare(hub, spoke, is_linked);
    judged.verdict = comparison.verdict;
    judged.differences = std::move(comparison.differences);
    return judged;
}

}  // namespace

std::vector<std::string> compared_objects(const Integration& integration) {
    std::vector<std::string> objects;
    for (const auto& object : integration.manifest().objects) {
        if (is_two_way(integration, object.name)) {
            objects.push_back(object.name);
        }
    }
    return objects;
}

ComparedPage::ComparedPage(
    const Integration& integration, std::string object, std::vector<sdk::RemoteRecord> records
)
    : integration_(integration), object_(std::move(object)) {
    for (auto& record : records) {
        record.remote_id = storable(record.remote_id);
        if (record.deleted || record.remote_id.empty()) {
            continue;
        }
        Entry entry;
        if (auto name = remote_name(integration_, inbound_of(object_, record), 0)) {
            names_.push_back(std::move(*name));
        } else {
            entry.unreadable = storable(name.error().message);
        }
        entry.record = std::move(record);
        entries_.push_back(std::move(entry));
    }
}

std::string ComparedPage::judged(const std::vector<store::RemoteState>& states, sync::Moment now) && {
    json::array items;
    std::size_t at = 0;
    const store::RemoteState nothing;
    for (auto& entry : entries_) {
        auto& record = entry.record;
        const bool is_readable = entry.unreadable.empty();
        const auto& state = is_readable ? states[at] : nothing;
        Judged judged;
        if (is_readable) {
            judged = judge(integration_, object_, record, state, now);
        } else {
            judged.verdict = sync::CompareVerdict::ambiguous;
            judged.reason = "its fields cannot be read: " + entry.unreadable;
        }
        json::object item;
        item["n"] = items.size();
        item["remote_id"] = record.remote_id;
        item["verdict"] = to_string(judged.verdict);
        if (judged.verdict != sync::CompareVerdict::same) {
            item["entity_type"] = state.entity_type;
            item["entity_id"] = state.entity_id;
            item["reason"] = judged.reason;
            item["differences"] = sync::differences_json(judged.differences, kMostDifferences);
            item["pushes"] = state.link.revision >= 0;
            item["hash"] = sync::record_hash(record.fields);
            if (record.modified_at) {
                item["changed_at"] = sync::iso_instant(*record.modified_at, std::chrono::seconds(0));
            }
            if (is_readable) {
                item["keys"] = json::parse(names_[at].keys);
            }
            item["fields"] = std::move(record.fields);
        }
        items.push_back(std::move(item));
        at += is_readable ? 1U : 0U;
    }
    return storable_json(std::move(items));
}

}  // namespace navette::engine
