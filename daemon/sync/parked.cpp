#include "daemon/sync/parked.hpp"

#include <algorithm>

namespace navette::sync {

namespace json = boost::json;

namespace {

bool is_part_of_one(const Mapping& mapping, const std::string& field) {
    return std::ranges::any_of(mapping.read_together(), [&field](const std::vector<std::string>& group) {
        return std::ranges::find(group, field) != group.end();
    });
}

}  // namespace

json::object held_in_conflict(const Mapping& mapping, const Conflicts& conflicts, const json::object& known) {
    json::object shown;
    for (const auto& [field, conflict] : conflicts) {
        put_leaf(shown, field, conflict.remote);
    }
    return mapping.held_with(known, shown);
}

json::object keep_parked(
    const Mapping& mapping,
    const Conflicts& conflicts,
    const json::object& known,
    json::object& record,
    std::span<json::object> in_doubt
) {
    if (conflicts.empty()) {
        return known;
    }
    Conflicts parts;
    std::vector<std::string> fields;
    for (const auto& [field, conflict] : conflicts) {
        fields.push_back(field);
        if (is_part_of_one(mapping, field)) {
            parts.emplace(field, conflict);
        }
    }
    auto held = held_in_conflict(mapping, parts, known);
    const auto agreed = mapping.to_local(known);
    for (const auto& field : fields) {
        if (const auto part = parts.find(field); part != parts.end()) {
            put_leaf(record, field, part->second.remote);
        } else {
            put_leaf(record, field, agreed ? leaf(*agreed, field) : json::value());
        }
    }
    const auto kept = mapping.places_of(held, fields);
    for (auto& write : in_doubt) {
        lay_over(write, kept);
    }
    return held;
}

}  // namespace navette::sync
