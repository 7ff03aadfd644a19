// Stamps as records.stamps holds them.
#include "daemon/sync/three_way.hpp"

#include <boost/json/array.hpp>

#include <utility>

namespace navette::sync {
namespace {

namespace json = boost::json;

std::optional<std::int64_t> integer(const json::object& stored, std::string_view key) {
    const json::value* found = stored.if_contains(key);
    if (found == nullptr) {
        return std::nullopt;
    }
    boost::system::error_code error;
    const auto number = found->to_number<std::int64_t>(error);
    return error ? std::nullopt : std::optional(number);
}

std::string_view text(const json::object& stored, std::string_view key) {
    const json::value* found = stored.if_contains(key);
    const json::string* read = found == nullptr ? nullptr : found->if_string();
    return read == nullptr ? std::string_view() : std::string_view(*read);
}

std::optional<Stamp> read_stamp(const json::value& value) {
    const json::object* stored = value.if_object();
    if (stored == nullptr) {
        return std::nullopt;
    }
    const std::optional<std::int64_t> at = integer(*stored, "at");
    const std::optional<config::ConflictRule> rule = config::conflict_rule(text(*stored, "rule"));
    if (!at || !rule) {
        return std::nullopt;
    }
    Stamp stamp;
    stamp.at = Moment(std::chrono::milliseconds(*at));
    stamp.by = text(*stored, "by");
    stamp.rule = *rule;
    stamp.was = leaf(*stored, "was");
    stamp.position = integer(*stored, "position");
    stamp.heard_at = Moment(std::chrono::milliseconds(integer(*stored, "heard_at").value_or(0)));
    if (const json::array* earlier = leaf(*stored, "earlier").if_array()) {
        for (const json::value& item : *earlier) {
            const json::object* published = item.if_object();
            const auto position = published == nullptr ? std::nullopt : integer(*published, "position");
            if (position) {
                stamp.earlier.push_back({.position = *position, .value = leaf(*published, "value")});
            }
        }
    }
    return stamp;
}

}  // namespace

Stamps read_stamps(const json::object& stored) {
    Stamps stamps;
    for (const json::key_value_pair& member : stored) {
        if (std::optional<Stamp> stamp = read_stamp(member.value())) {
            stamps.emplace(std::string_view(member.key()), std::move(*stamp));
        }
    }
    return stamps;
}

json::object write_stamps(const Stamps& stamps) {
    json::object stored;
    stored.reserve(stamps.size());
    for (const auto& [field, stamp] : stamps) {
        json::object& written = stored[field].emplace_object();
        written["at"] = stamp.at.time_since_epoch().count();
        written["by"] = stamp.by;
        written["rule"] = config::to_string(stamp.rule);
        written["was"] = stamp.was;
        if (stamp.position) {
            written["position"] = *stamp.position;
        }
        if (stamp.heard_at != Moment{}) {
            written["heard_at"] = stamp.heard_at.time_since_epoch().count();
        }
        if (!stamp.earlier.empty()) {
            json::array& earlier = written["earlier"].emplace_array();
            for (const Published& published : stamp.earlier) {
                earlier.push_back({{"position", published.position}, {"value", published.value}});
            }
        }
    }
    return stored;
}

}  // namespace navette::sync
