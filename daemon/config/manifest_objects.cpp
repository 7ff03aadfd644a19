#include "daemon/config/manifest_objects.hpp"

#include "daemon/config/checks.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::config {
namespace {

constexpr std::size_t kDeepestMapping = 8;

}  // namespace

constexpr auto enum_names(MappingDirection) {
    return std::array<std::pair<std::string_view, MappingDirection>, 3>{
        {{"both", MappingDirection::both},
         {"to_platform", MappingDirection::to_platform},
         {"from_platform", MappingDirection::from_platform}}
    };
}

namespace {

/// `trim`, or a map of one key to its argument such as `truncate: 30`.
void read_transform(
    const YamlNode& item, const std::string& path, std::vector<TransformSpec>& transforms, Problems& problems
) {
    TransformSpec transform;
    transform.where = item.where;
    if (item.kind == YamlNode::Kind::scalar && !item.text.empty()) {
        transform.name = item.text;
    } else if (item.kind == YamlNode::Kind::map && item.entries.size() == 1) {
        transform.name = item.entries.front().key;
        transform.argument = to_json(item.entries.front().value);
    } else {
        problems.emplace_back(
            item.where,
            path +
                ": is not a transform, expected a name such as trim, or one name with its argument such as "
                "{truncate: 30}"
        );
        return;
    }
    transforms.push_back(std::move(transform));
}

void read_rules(Section& owner, std::string_view key, std::vector<MappingRule>& rules, std::size_t depth) {
    owner.list(key, [&](Section& item) {
        MappingRule& rule = rules.emplace_back();
        rule.where = item.where();
        item.key("local", rule.local);
        item.required("remote", rule.remote, not_empty);
        item.key("direction", rule.direction);
        item.key("required", rule.required);
        item.items("transforms", [&](const YamlNode& transform, const std::string& path) {
            read_transform(transform, path, rule.transforms, item.problems());
        });
        if (depth < kDeepestMapping) {
            read_rules(item, "each", rule.each, depth + 1);
        } else if (item.take("each") != nullptr) {
            item.complain(
                "each", "arrays are nested too deeply, expected at most " + std::to_string(kDeepestMapping)
            );
        }
    });
}

void read_dependencies(Section& section, ObjectSpec& object, const std::vector<std::string>& object_names) {
    section.list("depends_on", [&](Section& item) {
        Dependency& dependency = object.depends_on.emplace_back();
        item.required("object", dependency.object, one_of(object_names));
        item.required("id", dependency.id, not_empty);
        item.key("record", dependency.record);
        dependency.reference = dependency.object;
        item.key("as", dependency.reference, not_empty);
        item.key("required", dependency.required);
    });
}

void read_archive(Section& section, ObjectSpec& object) {
    const YamlNode* const node = section.take("archive");
    if (node == nullptr || node->unusable) {
        return;
    }
    if (node->kind != YamlNode::Kind::map || node->entries.empty()) {
        section.complain(
            "archive", "is not a map, expected remote fields with values such as {status: ARCHIVED}"
        );
        return;
    }
    object.archive = to_json(*node).as_object();
    if (!object.linked) {
        section.complain("archive", "has no use with `links: none`: no record is known there");
    }
}

void read_object(Section& section, ObjectSpec& object, const std::vector<std::string>& object_names) {
    section.check_name(object.name, plain_name(object.name));
    object.remote = object.name;
    section.key("remote", object.remote, not_empty);
    section.key("actions", object.actions, one_of({"upsert", "create", "update", "delete"}));
    if (object.actions.empty()) {
        section.complain("actions", "is empty, expected at least one of upsert, create, update or delete");
    }
    section.key("natural_keys", object.natural_keys, not_empty);
    section.key("always_send", object.always_send, not_empty);
    section.key("batch", object.batch, between(1, 10'000));
    section.key("bulk", object.bulk, between(1, 10'000));
    section.key("page", object.page, between(1, 2'000));
    section.key("concurrency", object.concurrency, between(1, 1'000));
    section.key(
        "settle", object.settle, between(std::chrono::milliseconds(0), std::chrono::milliseconds(3'600'000))
    );
    section.key("every_event", object.every_event);
    std::string links = "kept";
    section.key("links", links, one_of({"kept", "none"}));
    object.linked = links == "kept";
    object.entity = object.name;
    section.key("entity", object.entity, plain_name);
    read_archive(section, object);
    read_dependencies(section, object, object_names);
    read_rules(section, "mapping", object.mapping, 0);
}

using Needs = std::map<std::string, std::vector<std::string>>;  // an object and the parents it waits for

/// Takes out every object that waits for nobody, and those that waited for it, until only circles and their
/// followers remain.
void drop_satisfied(Needs& needs) {
    const auto is_satisfied = [&](const auto& object) {
        return std::ranges::none_of(object.second, [&](const std::string& parent) {
            return needs.contains(parent);
        });
    };
    while (std::erase_if(needs, is_satisfied) > 0) {
    }
}

/// Follows what waits for what until an object comes up again. Each object of `needs` waits for another of
/// them.
std::vector<std::string> find_circle(const Needs& needs) {
    std::vector<std::string> way{needs.begin()->first};
    for (;;) {
        const auto& parents = needs.at(way.back());
        const auto next =
            std::ranges::find_if(parents, [&](const std::string& name) { return needs.contains(name); });
        const auto met = std::ranges::find(way, *next);
        if (met != way.end()) {
            way.erase(way.begin(), met);
            return way;
        }
        way.push_back(*next);
    }
}

void check_circles(const Manifest& manifest, Problems& problems) {
    Needs needs;
    for (const ObjectSpec& object : manifest.objects) {
        for (const Dependency& dependency : object.depends_on) {
            needs[object.name].push_back(dependency.object);
        }
    }
    for (drop_satisfied(needs); !needs.empty(); drop_satisfied(needs)) {
        const auto circle = find_circle(needs);
        std::string text;
        for (const std::string& name : circle) {
            text += name + " -> ";
            needs.erase(name);
        }
        problems.emplace_back(
            manifest.object(circle.front())->where,
            "objects." + circle.front() + ".depends_on: goes round in a circle (" + text + circle.front() +
                "), remove one of them"
        );
    }
}

/// A child gets its parent's remote id, and an object without links has none.
void check_parents(const Manifest& manifest, Problems& problems) {
    for (const ObjectSpec& object : manifest.objects) {
        for (const Dependency& dependency : object.depends_on) {
            const ObjectSpec* const parent = manifest.object(dependency.object);
            if (parent != nullptr && !parent->linked) {
                problems.emplace_back(
                    object.where,
                    "objects." + object.name + ".depends_on: " + dependency.object +
                        " says `links: none`, so it has no id that a child could be given"
                );
            }
        }
    }
}

void read_events(Section& root, Manifest& manifest, const std::vector<std::string>& object_names) {
    root.entries("events", [&](const std::string& event_type, Section& section) {
        section.check_name(event_type, event_pattern(event_type));
        EventRule rule;
        rule.event_type = event_type;
        const bool has_object = section.required("object", rule.object, one_of(object_names));
        section.key("action", rule.action, not_empty);
        if (const ObjectSpec* const object = has_object ? manifest.object(rule.object) : nullptr) {
            if (auto complaint = choose(rule.action, object->actions)) {
                section.complain(
                    "action",
                    in_quotes(rule.action) + " is no action of the object " + object->name + ", expected " +
                        complaint->expected
                );
            }
        }
        manifest.events.push_back(std::move(rule));
    });
}

}  // namespace

void read_objects_and_events(Section& root, Manifest& manifest) {
    std::vector<std::string> names;
    if (const YamlNode* const objects = root.take("objects")) {
        for (const YamlEntry& entry : objects->entries) {
            names.push_back(entry.key);
        }
    }
    root.each("objects", manifest.objects, [&](Section& section, ObjectSpec& object) {
        read_object(section, object, names);
    });
    check_circles(manifest, root.problems());
    check_parents(manifest, root.problems());
    read_events(root, manifest, names);
}

}  // namespace navette::config
