#include "daemon/config/manifest.hpp"

#include <algorithm>
#include <string_view>

namespace navette::config {

const ObjectSpec* Manifest::object(std::string_view object_name) const {
    const auto found = std::ranges::find(objects, object_name, &ObjectSpec::name);
    return found == objects.end() ? nullptr : &*found;
}

const ConfigField* Manifest::field(std::string_view field_name) const {
    const auto found = std::ranges::find(config, field_name, &ConfigField::name);
    return found == config.end() ? nullptr : &*found;
}

std::optional<EventMeaning> Manifest::event(std::string_view event_type, std::string_view entity_type) const {
    const EventRule* best = nullptr;
    for (const EventRule& rule : events) {
        const std::string_view pattern = rule.event_type;
        if (pattern == event_type) {
            best = &rule;
            break;
        }
        const bool matches =
            pattern.ends_with(".*") && event_type.starts_with(pattern.substr(0, pattern.size() - 1));
        if (matches && (best == nullptr || pattern.size() > best->event_type.size())) {
            best = &rule;
        }
    }
    const auto* const meant = object(best != nullptr ? std::string_view(best->object) : entity_type);
    if (meant == nullptr) {
        return std::nullopt;
    }
    if (best != nullptr) {
        return EventMeaning{*meant, best->action};
    }
    const bool can_upsert = std::ranges::find(meant->actions, "upsert") != meant->actions.end();
    return EventMeaning{*meant, can_upsert ? std::string_view("upsert") : meant->actions.front()};
}

}  // namespace navette::config
