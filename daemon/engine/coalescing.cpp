#include "daemon/engine/coalescing.hpp"

#include "daemon/sync/three_way.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace navette::engine {

namespace json = boost::json;

namespace {

/// The object and action of a job that may be merged with its like; nothing for all others.
std::optional<std::pair<const config::ObjectSpec*, std::string_view>> mergeable_as(
    const config::Manifest& manifest, const store::Job& job
) {
    const auto meaning = manifest.event(job.event_type, job.entity_type);
    if (!meaning || meaning->object.every_event || job.inbound || job.deaths > 0) {
        return std::nullopt;
    }
    const auto action = job.operation == "upsert" ? meaning->action : std::string_view(job.operation);
    if (action != "upsert" && action != "update") {
        return std::nullopt;
    }
    return std::pair(&meaning->object, action);
}

std::optional<json::object> object_of(const std::string& text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    if (error || !value.is_object()) {
        return std::nullopt;
    }
    return std::move(value.as_object());
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
        // Nor does a report of the application's become one with a job of navette's own, which is none.
        const bool fits = follower.id > leader.id && follower.of_sync == leader.of_sync &&
                          mergeable_as(manifest, follower) == wanted;
        auto younger = fits ? object_of(follower.data) : std::nullopt;
        if (!younger) {
            break;
        }
        sync::lay_over(*state, *younger);
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
