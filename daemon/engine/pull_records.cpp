#include "daemon/engine/pull_records.hpp"

#include "daemon/engine/evidence.hpp"
#include "daemon/engine/inbound.hpp"
#include "daemon/engine/storable_json.hpp"
#include "daemon/sync/iso_time.hpp"
#include "daemon/sync/record_hash.hpp"
#include "daemon/sync/value_text.hpp"

#include <navette/sdk/reading.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace navette::engine {

namespace json = boost::json;

namespace {

// A payment's records are its events, each with its own key: they act as webhooks do, and once with them.
constexpr std::string_view kEvents = "payment";

std::optional<double> number_of(const std::string& text) {
    double number = 0;
    const auto* const end = std::to_address(text.end());
    const auto [stop, error] = std::from_chars(std::to_address(text.begin()), end, number);
    return error == std::errc{} && stop == end && !text.empty() ? std::optional(number) : std::nullopt;
}

/// Whether a version is a time in whole seconds: somebody may have written again within that second, and it
/// would be the same.
bool is_a_second(const std::string& version) {
    constexpr std::size_t kSecondsSince1970 = 10;  // digits
    if (version.size() == kSecondsSince1970 && number_of(version)) {
        return true;
    }
    const auto moment = sdk::from_loose_iso_text(version);
    return moment && *moment == std::chrono::floor<std::chrono::seconds>(*moment);
}

std::string scalar_text(const json::value& value) {
    if (value.is_bool()) {
        return value.get_bool() ? "1" : "0";
    }
    auto text = sync::plain_text(value).value_or("");
    return text == "true" ? "1" : text == "false" ? "0" : text;
}

bool equal_scalars(const json::value& a, const json::value& b) {
    const auto left = scalar_text(a);
    const auto right = scalar_text(b);
    if (left == right) {
        return true;
    }
    const auto one = number_of(left);
    const auto other = number_of(right);
    return one && other && *one == *other;
}

/// As holds(); counts the fields that were compared.
bool compare(const json::value& record, const json::value& sent, int& compared) {
    if (sent.is_object()) {
        if (!record.is_object()) {
            return false;
        }
        for (const auto& member : sent.get_object()) {
            const auto* const there = record.get_object().if_contains(member.key());
            if (there != nullptr && !compare(*there, member.value(), compared)) {
                return false;
            }
        }
        return true;
    }
    if (sent.is_array()) {
        if (!record.is_array() || record.get_array().size() != sent.get_array().size()) {
            return false;
        }
        for (std::size_t at = 0; at < sent.get_array().size(); ++at) {
            if (!compare(record.get_array()[at], sent.get_array()[at], compared)) {
                return false;
            }
        }
        return true;
    }
    if (record.is_object() || record.is_array()) {
        return false;
    }
    ++compared;
    return equal_scalars(record, sent);
}

std::string iso(sdk::Instant moment) {
    return sync::iso_instant(moment, std::chrono::seconds(0));
}

std::optional<std::chrono::milliseconds> since_1970(const std::optional<sdk::Instant>& moment) {
    return moment ? std::optional(
                        std::chrono::duration_cast<std::chrono::milliseconds>(moment->time_since_epoch())
                    )
                  : std::nullopt;
}

/// The job's data, as the webhooks' intake writes it (daemon/engine/inbound.hpp reads it).
json::object job_data(const std::string& object, const sdk::RemoteRecord& record) {
    json::object data;
    data["event_type"] = object + ".pulled";
    data["object"] = object;
    data["remote_id"] = record.remote_id;
    data["deleted"] = record.deleted;
    data["thin"] = false;
    if (record.modified_at) {
        data["occurred_at"] = iso(*record.modified_at);
    }
    return data;
}

json::array events_of(const std::string& object, std::vector<sdk::RemoteRecord> records) {
    json::array events;
    for (auto& record : records) {
        auto data = job_data(object, record);
        if (const auto* const type = record.fields.if_contains("event_type");
            type != nullptr && type->is_string()) {
            data["event_type"] = *type;
        }
        if (const auto* const thin = record.fields.if_contains("thin"); thin != nullptr && thin->is_bool()) {
            data["thin"] = *thin;
        }
        data["key"] = record.version.empty() ? sync::record_hash(record.fields) : storable(record.version);
        data["fields"] = std::move(record.fields);
        events.push_back(std::move(data));
    }
    return events;
}

}  // namespace

bool holds(const json::value& record, const json::value& sent) {
    int compared = 0;
    return compare(record, sent, compared) && compared > 0;
}

PullVerdict judge(const sdk::RemoteRecord& record, std::string_view hash, const store::KnownRemote* known) {
    if (known == nullptr) {
        return record.deleted ? PullVerdict::unknown : PullVerdict::changed;
    }
    const auto changed_at = since_1970(record.modified_at);
    // Until our own last write was seen once, what was known before it says nothing of what should be there
    // now.
    const bool wrote_since = known->linked && known->pushed_job != known->seen_job;
    if (known->hash && *known->hash == hash &&
        (record.deleted || !wrote_since || (changed_at && changed_at == known->changed_at))) {
        return PullVerdict::unchanged;
    }
    if (record.deleted) {
        return PullVerdict::changed;
    }
    const bool is_older = known->hash && *known->hash != kDeletedHash && changed_at && known->changed_at &&
                          *changed_at < *known->changed_at;
    if (is_older) {
        return PullVerdict::stale;
    }
    if (wrote_since) {
        boost::system::error_code error;
        const auto sent = json::parse(known->snapshot, error);
        const bool is_ours = !record.version.empty() && record.version == known->remote_version &&
                             !is_a_second(record.version);
        if (is_ours || (!error && holds(record.fields, sent))) {
            return PullVerdict::echo;
        }
    }
    return known->pushed_meanwhile ? PullVerdict::stale : PullVerdict::changed;
}

std::vector<std::string> ids_of(const std::string& object, const std::vector<sdk::RemoteRecord>& records) {
    std::vector<std::string> ids;
    if (object != kEvents) {
        for (const auto& record : records) {
            ids.push_back(storable(record.remote_id));
        }
    }
    return ids;
}

PulledRecords take_records(
    const std::string& object, std::vector<sdk::RemoteRecord> records, std::vector<store::KnownRemote> known
) {
    PulledRecords taken;
    for (auto& record : records) {
        record.remote_id = storable(record.remote_id);
    }
    std::erase_if(records, [](const auto& record) { return record.remote_id.empty(); });
    if (object == kEvents) {
        taken.events = storable_json(events_of(object, std::move(records)));
        return taken;
    }
    std::map<std::string, store::KnownRemote> by_id;
    for (auto& one : known) {
        auto id = one.remote_id;
        by_id.emplace(std::move(id), std::move(one));
    }
    json::array items;
    for (auto& record : records) {
        const auto hash = record.deleted ? std::string(kDeletedHash) : sync::record_hash(record.fields);
        const auto found = by_id.find(record.remote_id);
        const auto verdict = judge(record, hash, found == by_id.end() ? nullptr : &found->second);
        if (verdict != PullVerdict::changed && verdict != PullVerdict::echo) {
            continue;
        }
        // The same record may stand in the page twice.
        auto& now_known = by_id[record.remote_id];
        now_known.hash = hash;
        now_known.changed_at = since_1970(record.modified_at);
        now_known.seen_job = now_known.pushed_job;
        json::object item;
        item["n"] = items.size();
        item["remote_id"] = record.remote_id;
        item["hash"] = hash;
        if (record.modified_at) {
            item["changed_at"] = iso(*record.modified_at);
        }
        item["job_id"] = now_known.seen_job;
        item["tell"] = verdict == PullVerdict::changed;
        item["operation"] = record.deleted ? "delete" : "upsert";
        if (verdict == PullVerdict::changed) {
            auto data = job_data(object, record);
            data["fields"] = std::move(record.fields);
            item["data"] = std::move(data);
        }
        items.push_back(std::move(item));
    }
    taken.items = storable_json(std::move(items));
    return taken;
}

}  // namespace navette::engine
