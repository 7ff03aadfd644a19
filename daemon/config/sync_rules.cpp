#include "daemon/config/sync_rules.hpp"

#include "daemon/config/nearest.hpp"
#include "daemon/config/yaml_value.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace navette::config {

namespace json = boost::json;

namespace {

template <class T>
using Names = std::span<const std::pair<std::string_view, T>>;

constexpr std::array<std::pair<std::string_view, ConflictRule>, 4> kConflictRules{
    {{"newest_wins", ConflictRule::newest_wins},
     {"local_wins", ConflictRule::local_wins},
     {"platform_wins", ConflictRule::platform_wins},
     {"manual", ConflictRule::manual}}
};

constexpr std::array<std::pair<std::string_view, DeleteRule>, 3> kDeleteRules{
    {{"ignore", DeleteRule::ignore}, {"archive", DeleteRule::archive}, {"delete", DeleteRule::remove}}
};

constexpr std::array<std::pair<std::string_view, Spread>, 3> kSpreads{
    {{"none", Spread::none}, {"linked", Spread::linked}, {"all", Spread::all}}
};

template <class T>
std::optional<T> named(std::string_view text, Names<T> names) {
    const auto found = std::ranges::find(names, text, &std::pair<std::string_view, T>::first);
    return found == names.end() ? std::nullopt : std::optional(found->second);
}

/// Reads sync_rules member by member; what is wrong is collected.
class RulesReader {
  public:
    RulesReader(const Manifest& manifest, std::vector<std::string>& mistakes)
        : manifest_(manifest), mistakes_(mistakes) {}

    SyncRules read(const json::object& given) {
        SyncRules rules;
        for (const auto& [name, value] : given) {
            const std::string key(name);
            if (key == "conflicts") {
                rules.conflicts = choice<ConflictRule>(key, value, kConflictRules).value_or(rules.conflicts);
            } else if (key == "spread") {
                rules.spread = choice<Spread>(key, value, kSpreads).value_or(rules.spread);
            } else if (key == "fields") {
                each(
                    key,
                    value,
                    [&](const std::string& path, std::string_view field, const json::value& rule) {
                        read_field(rules, path, field, rule);
                    }
                );
            } else if (key == "deletes") {
                each(
                    key,
                    value,
                    [&](const std::string& path, std::string_view object, const json::value& rule) {
                        read_delete(rules, path, object, rule);
                    }
                );
            } else {
                static const std::vector<std::string> kKeys{"conflicts", "fields", "deletes", "spread"};
                const auto hint = did_you_mean(key, kKeys);
                complain(
                    key,
                    "unknown key" + (hint.empty() ? ", expected conflicts, fields, deletes or spread" : hint)
                );
            }
        }
        return rules;
    }

  private:
    void complain(const std::string& path, const std::string& what) {
        mistakes_.push_back(path + ": " + what);
    }

    /// One of a few words.
    template <class T>
    std::optional<T> choice(const std::string& path, const json::value& value, Names<T> names) {
        const auto* const text = value.if_string();
        if (const auto known = text == nullptr ? std::nullopt : named(std::string_view(*text), names)) {
            return known;
        }
        std::string expected;
        for (std::size_t at = 0; at < names.size(); ++at) {
            expected += at == 0 ? "" : at + 1 == names.size() ? " or " : ", ";
            expected += names[at].first;
        }
        complain(
            path,
            (text == nullptr ? "is no text" : in_quotes(std::string_view(*text)) + " is no rule") +
                ", expected " + expected
        );
        return std::nullopt;
    }

    template <class Read>
    void each(const std::string& key, const json::value& value, const Read& read) {
        const auto* const map = value.if_object();
        if (map == nullptr) {
            complain(key, "is no object, expected names with their rules");
            return;
        }
        for (const auto& [name, rule] : *map) {
            read(key + "." + std::string(name), std::string_view(name), rule);
        }
    }

    /// The object, where it is one whose records have an identity that a rule can be about.
    const ObjectSpec* object_of(const std::string& path, std::string_view name) {
        const auto* const object = manifest_.object(name);
        if (object == nullptr) {
            std::vector<std::string> names;
            for (const auto& known : manifest_.objects) {
                names.push_back(known.name);
            }
            complain(
                path, in_quotes(name) + " is no object of " + manifest_.name + did_you_mean(name, names)
            );
            return nullptr;
        }
        if (!object->linked || object->every_event) {
            complain(path, object->name + " goes to the platform only, so there is nothing to settle");
            return nullptr;
        }
        return object;
    }

    void read_field(
        SyncRules& rules, const std::string& path, std::string_view field, const json::value& value
    ) {
        const auto dot = field.find('.');
        if (dot == std::string_view::npos || dot + 1 == field.size()) {
            complain(path, "names no field, expected an object and a local path such as contact.email");
            return;
        }
        const auto* const object = object_of(path, field.substr(0, dot));
        const auto rule = choice<ConflictRule>(path, value, kConflictRules);
        if (object == nullptr || !rule) {
            return;
        }
        const auto local = field.substr(dot + 1);
        std::vector<std::string> read_back;
        for (const auto& mapping : object->mapping) {
            if (mapping.direction != MappingDirection::to_platform && !mapping.local.empty()) {
                read_back.push_back(mapping.local);
            }
        }
        const bool is_known = std::ranges::any_of(read_back, [&](const std::string& known) {
            return is_within(known, local) || is_within(local, known);
        });
        if (is_known) {
            rules.fields.insert_or_assign(std::string(field), *rule);
            return;
        }
        complain(
            path,
            in_quotes(local) + " is no field that is read back from " + manifest_.name + "'s " +
                object->name + did_you_mean(local, read_back)
        );
    }

    /// Whether `path` is `ancestor` or lies below it.
    static bool is_within(std::string_view path, std::string_view ancestor) {
        return path.starts_with(ancestor) && (path.size() == ancestor.size() || path[ancestor.size()] == '.');
    }

    void read_delete(
        SyncRules& rules, const std::string& path, std::string_view name, const json::value& value
    ) {
        const auto* const object = object_of(path, name);
        const auto rule = choice<DeleteRule>(path, value, kDeleteRules);
        if (object == nullptr || !rule) {
            return;
        }
        if (*rule == DeleteRule::archive && object->archive.empty()) {
            complain(
                path,
                "'archive' is not possible: " + manifest_.name + " has no archive for its " + object->name
            );
        } else if (*rule == DeleteRule::remove &&
                   std::ranges::find(object->actions, "delete") == object->actions.end()) {
            complain(
                path,
                "'delete' is not possible: " + manifest_.name + "'s " + object->name + " cannot be deleted"
            );
        } else {
            rules.deletes.insert_or_assign(std::string(name), *rule);
        }
    }

    const Manifest& manifest_;
    std::vector<std::string>& mistakes_;
};

bool asks_the_platform(ConflictRule rule) {
    return rule == ConflictRule::platform_wins || rule == ConflictRule::manual;
}

}  // namespace

ConflictRule SyncRules::rule_of(std::string_view object, std::string_view local_path) const {
    // The longest rule holds: that of the field, else of what it is part of.
    std::string key = std::string(object) + "." + std::string(local_path);
    while (key.size() > object.size()) {
        if (const auto found = fields.find(key); found != fields.end()) {
            return found->second;
        }
        key.resize(key.rfind('.'));
    }
    return conflicts;
}

DeleteRule SyncRules::deletes_of(std::string_view object) const {
    const auto found = deletes.find(object);
    return found == deletes.end() ? DeleteRule::ignore : found->second;
}

bool SyncRules::looks_first(std::string_view object) const {
    const auto prefix = std::string(object) + ".";
    return asks_the_platform(conflicts) || std::ranges::any_of(fields, [&](const auto& field) {
               return field.first.starts_with(prefix) && asks_the_platform(field.second);
           });
}

std::expected<SyncRules, std::vector<std::string>> read_sync_rules(
    const json::object& rules, const Manifest& manifest
) {
    std::vector<std::string> mistakes;
    auto read = RulesReader(manifest, mistakes).read(rules);
    if (!mistakes.empty()) {
        return std::unexpected(std::move(mistakes));
    }
    return read;
}

std::string_view to_string(ConflictRule rule) {
    return std::ranges::find(kConflictRules, rule, &decltype(kConflictRules)::value_type::second)->first;
}

std::optional<ConflictRule> conflict_rule(std::string_view text) {
    return named(text, Names<ConflictRule>(kConflictRules));
}

}  // namespace navette::config
