#include "daemon/engine/coalescing.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace navette::engine {

namespace json = boost::json;

namespace {

/// The object and action of a job that may be merged with its like; nothing for all others.
std::optional<std::pair<std::string, std::string>> mergeable_as(
    const config::Manifest& manifest, const store::Job& job
) {
    const auto rule = manifest.event(job.event_type, job.entity_type);
    const auto* object = rule ? manifest.object(rule->object) : nullptr;
    if (object == nullptr || object->every_event || job.inbound || job.deaths > 0) {
        return std::nullopt;
    }
    const auto& action = job.operation == "upsert" ? rule->action : job.operation;
    if (action != "upsert" && action != "update") {
        return std::nullopt;
    }
    return std::pair(rule->object, action);
}

std::optional<json::object> object_of(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    if (error || !value.is_object()) {
        return std::nullopt;
    }
    return std::move(value.as_object());
}

void lay_over(json::object& older, json::object younger) {
    for (auto& [name, value] : younger) {
        auto* known = older.if_contains(name);
        if (known != nullptr && known->is_object() && value.is_object()) {
            lay_over(known->as_object(), std::move(value.as_object()));
        } else {
            older[name] = std::move(value);
        }
    }
}

}  // namespace

std::optional<Coalesced> coalesce(
    const config::Manifest& manifest, const store::Job& leader, std::span<const store::Job> followers
) {
    if (followers.empty()) {
        return std::nullopt;
    }
    const auto wanted = mergeable_as(manifest, leader);
    auto state = wanted ? object_of(leader.data) : std::nullopt;
    if (!state) {
        return std::nullopt;
    }
    Coalesced result;
    result.maybe_applied = leader.maybe_applied;
    for (const auto& follower : followers) {
        // One that was committed late, behind a younger one, must not win over it.
        const bool fits = follower.id > leader.id && mergeable_as(manifest, follower) == wanted;
        auto younger = fits ? object_of(follower.data) : std::nullopt;
        if (!younger) {
            break;
        }
        lay_over(*state, std::move(*younger));
        result.maybe_applied = result.maybe_applied || follower.maybe_applied;
        ++result.merged;
    }
    if (result.merged == 0) {
        return std::nullopt;
    }
    result.data = json::serialize(*state);
    return result;
}

}  // namespace navette::engine
