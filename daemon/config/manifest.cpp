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

std::optional<EventRule> Manifest::event(std::string_view event_type, std::string_view entity_type) const {
    const EventRule* longest = nullptr;
    for (const EventRule& rule : events) {
        if (rule.event_type == event_type) {
            return rule;
        }
        const std::string_view pattern = rule.event_type;
        const bool matches =
            pattern.ends_with(".*") && event_type.starts_with(pattern.substr(0, pattern.size() - 1));
        if (matches && (longest == nullptr || pattern.size() > longest->event_type.size())) {
            longest = &rule;
        }
    }
    if (longest != nullptr) {
        return *longest;
    }
    const ObjectSpec* const own = object(entity_type);
    if (own == nullptr) {
        return std::nullopt;
    }
    const bool can_upsert = std::ranges::find(own->actions, "upsert") != own->actions.end();
    return EventRule{std::string(event_type), own->name, can_upsert ? "upsert" : own->actions.front()};
}

}  // namespace navette::config
