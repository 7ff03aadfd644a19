#include "daemon/config/tenant_mapping.hpp"

#include <boost/json/serialize.hpp>

#include <optional>
#include <string_view>
#include <utility>

namespace navette::config {
namespace {

namespace json = boost::json;

constexpr std::string_view kItems = "[].";

std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

TransformSpec read_transform(const json::value& item) {
    TransformSpec transform;
    if (item.is_object() && item.get_object().size() == 1) {
        transform.name = item.get_object().begin()->key();
        transform.argument = item.get_object().begin()->value();
    } else {
        transform.name = item.is_string() ? std::string(item.get_string()) : json::serialize(item);
    }
    return transform;
}

MappingDirection direction_of(std::string_view text, bool mapped) {
    if (text == "to_platform") {
        return MappingDirection::to_platform;
    }
    if (text == "from_platform") {
        return MappingDirection::from_platform;
    }
    return text == "both" || !mapped ? MappingDirection::both : MappingDirection::to_platform;
}

TenantRule read_rule(const json::object& item) {
    TenantRule own;
    own.id = text_at(item, "id");
    own.object = text_at(item, "object");
    const auto* mapped = item.if_contains("mapped");
    own.mapped = mapped == nullptr || !mapped->is_bool() || mapped->get_bool();
    auto& rule = own.rule;
    rule.local = text_at(item, "local_path");
    rule.remote = text_at(item, "remote_path");
    rule.direction = direction_of(text_at(item, "direction"), own.mapped);
    const std::string place =
        (own.id.empty() ? "the rule" : "rule " + own.id) + " (" + own.object + ": " + rule.remote + ")";
    rule.where = Location(place, 0);
    const auto* transforms = item.if_contains("transforms");
    if (transforms != nullptr && transforms->is_array()) {
        for (const auto& step : transforms->get_array()) {
            auto& transform = rule.transforms.emplace_back(read_transform(step));
            transform.where =
                Location(place + ", transforms[" + std::to_string(rule.transforms.size() - 1) + "]", 0);
        }
    }
    return own;
}

/// A path at its first "[].": the list, and the rest within an item. Nothing where it names no items.
std::optional<std::pair<std::string, std::string>> split(const std::string& path) {
    const auto at = path.find(kItems);
    if (at == std::string::npos) {
        return std::nullopt;
    }
    return std::pair(path.substr(0, at), path.substr(at + kItems.size()));
}

bool writes(MappingDirection direction) {
    return direction != MappingDirection::from_platform;
}
bool reads(MappingDirection direction) {
    return direction != MappingDirection::to_platform;
}

/// What is left of a direction when another is taken out; nothing: none.
std::optional<MappingDirection> without(MappingDirection direction, MappingDirection taken) {
    const bool to = writes(direction) && !writes(taken);
    const bool from = reads(direction) && !reads(taken);
    if (to == from) {
        return to ? std::optional(MappingDirection::both) : std::nullopt;
    }
    return to ? MappingDirection::to_platform : MappingDirection::from_platform;
}

/// Takes the direction out of the rule and of those for its items. False: nothing of it is left.
bool narrow(MappingRule& rule, MappingDirection taken) {
    const auto left = without(rule.direction, taken);
    if (!left) {
        return false;
    }
    rule.direction = *left;
    const bool is_list = !rule.each.empty();
    std::erase_if(rule.each, [&](MappingRule& inner) { return !narrow(inner, taken); });
    return !is_list || !rule.each.empty();
}

/// The list of the defaults that a rule for its items belongs to.
bool is_list(const MappingRule& rule, const std::string& local, const std::string& remote) {
    return rule.remote == remote && (local.empty() || rule.local == local);
}

class Layering {
  public:
    explicit Layering(std::span<const MappingRule> defaults) : rules(defaults.begin(), defaults.end()) {}

    /// Takes out of the defaults what the rule replaces. Returns whether a value was required there.
    static bool clear(
        std::vector<MappingRule>& rules,
        const MappingRule& own,
        const std::string& local,
        const std::string& remote
    ) {
        bool required = false;
        if (const auto items = split(remote)) {
            const auto local_items = split(local);
            for (auto& rule : rules) {
                if (!rule.each.empty() &&
                    is_list(rule, local_items ? local_items->first : "", items->first)) {
                    required |=
                        clear(rule.each, own, local_items ? local_items->second : local, items->second);
                    // Without rules it would be taken for a plain field.
                    rule.remote = rule.each.empty() ? std::string() : rule.remote;
                }
            }
            std::erase_if(rules, [](const MappingRule& rule) { return rule.remote.empty(); });
            return required;
        }
        std::erase_if(rules, [&](MappingRule& rule) {
            if (rule.remote != remote) {
                return false;
            }
            required |= rule.required && writes(rule.direction) && writes(own.direction);
            return !narrow(rule, own.direction);
        });
        return required;
    }

    void put(
        std::vector<MappingRule>& into, MappingRule own, const std::string& local, const std::string& remote
    ) {
        const auto items = split(remote);
        const auto local_items = split(local);
        if (!items) {
            if (local_items) {
                refuse(own, "the local path names items of a list, and the remote path does not");
                return;
            }
            own.local = local;
            own.remote = remote;
            into.push_back(std::move(own));
            return;
        }
        if (!local_items && !local.empty()) {
            refuse(own, "the remote path names items of a list, and the local path does not");
            return;
        }
        const std::string inner_local = local_items ? local_items->second : std::string();
        for (auto& rule : into) {
            if (!rule.each.empty() && is_list(rule, local_items ? local_items->first : "", items->first)) {
                put(rule.each, std::move(own), inner_local, items->second);
                return;
            }
        }
        if (!local_items) {
            refuse(own, "the mapping has no list for " + items->first + " yet; name the local path too");
            return;
        }
        MappingRule list;
        list.where = own.where;
        list.local = local_items->first;
        list.remote = items->first;
        list.direction = own.direction;
        put(list.each, std::move(own), inner_local, items->second);
        if (!list.each.empty()) {
            into.push_back(std::move(list));
        }
    }

    std::vector<MappingRule> rules;
    Problems problems;

  private:
    void refuse(const MappingRule& own, const std::string& sentence) {
        problems.emplace_back(own.where, "mapping: " + sentence);
    }
};

}  // namespace

std::vector<TenantRule> read_tenant_rules(const json::array& rules) {
    std::vector<TenantRule> read;
    for (const auto& item : rules) {
        read.push_back(read_rule(item.as_object()));
    }
    return read;
}

std::expected<std::vector<MappingRule>, Problems> lay_over(
    std::span<const MappingRule> defaults, std::span<const TenantRule> own, const std::string& object
) {
    Layering layering(defaults);
    std::vector<MappingRule> added;
    for (const auto& one : own) {
        if (one.object != object) {
            continue;
        }
        auto rule = one.rule;
        rule.required = Layering::clear(layering.rules, rule, rule.local, rule.remote);
        if (one.mapped) {
            added.push_back(std::move(rule));
        }
    }
    for (auto& rule : added) {
        const auto local = rule.local;
        const auto remote = rule.remote;
        layering.put(layering.rules, std::move(rule), local, remote);
    }
    if (!layering.problems.empty()) {
        return std::unexpected(std::move(layering.problems));
    }
    return std::move(layering.rules);
}

}  // namespace navette::config
