#include "daemon/engine/mapping_draft.hpp"

#include "daemon/sync/mapping.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace navette::engine {
namespace {

/// The sentence without the word that every one of the compiler's begins with.
std::string plain(std::string_view sentence) {
    constexpr std::string_view kPrefix = "mapping: ";
    if (sentence.starts_with(kPrefix)) {
        sentence.remove_prefix(kPrefix.size());
    }
    return std::string(sentence);
}

/// Which of the rule's fields a mistake is about; nothing where it is about another rule.
std::optional<RuleMistake> located(const config::Problem& problem, const config::TenantRule& rule) {
    const auto sentence = plain(problem.what);
    for (std::size_t at = 0; at < rule.rule.transforms.size(); ++at) {
        if (problem.where.file == rule.rule.transforms[at].where.file) {
            return RuleMistake{"transforms[" + std::to_string(at) + "]", sentence};
        }
    }
    if (problem.where.file != rule.rule.where.file) {
        return std::nullopt;
    }
    const bool written_twice = sentence.find(" is already written by ") != std::string::npos;
    const bool about_remote =
        sentence.starts_with("remote: ") || (written_twice && sentence.starts_with("remote "));
    const bool about_direction = sentence.find("direction") != std::string::npos;
    return RuleMistake{
        about_remote ? "remote_path" : (about_direction ? "direction" : "local_path"), sentence
    };
}

/// A rule that is off has nothing to map.
std::optional<RuleMistake> mistake_of_switch(const config::TenantRule& rule) {
    if (rule.mapped) {
        return std::nullopt;
    }
    if (!rule.rule.local.empty()) {
        return RuleMistake{"local_path", "a field that is not mapped has no local path; leave it out"};
    }
    if (!rule.rule.transforms.empty()) {
        return RuleMistake{"transforms", "a field that is not mapped has no transforms; leave them out"};
    }
    return std::nullopt;
}

}  // namespace

std::expected<std::vector<config::MappingRule>, config::Problems> rules_in_force(
    const config::ObjectSpec& object, std::span<const config::TenantRule> own
) {
    auto rules = config::lay_over(object.mapping, own, object.name);
    if (!rules) {
        return std::unexpected(std::move(rules.error()));
    }
    if (auto compiled = sync::Mapping::compile(*rules); !compiled) {
        return std::unexpected(std::move(compiled.error()));
    }
    return rules;
}

std::optional<RuleMistake> shape_mistake(const boost::json::object& rule) {
    using boost::json::kind;
    constexpr std::array<std::pair<std::string_view, kind>, 6> kMembers{
        {{"object", kind::string},
         {"local_path", kind::string},
         {"remote_path", kind::string},
         {"direction", kind::string},
         {"transforms", kind::array},
         {"mapped", kind::bool_}}
    };
    for (const auto& member : rule) {
        const auto known = std::ranges::find(kMembers, std::string_view(member.key()), [](const auto& one) {
            return one.first;
        });
        if (known == kMembers.end()) {
            return RuleMistake{std::string(member.key()), "is not known here"};
        }
        if (member.value().kind() != known->second) {
            return RuleMistake{
                std::string(member.key()),
                known->second == kind::array   ? "must be a list"
                : known->second == kind::bool_ ? "must be true or false"
                                               : "must be a text"
            };
        }
    }
    const auto* remote = rule.if_contains("remote_path");
    if (remote == nullptr || remote->get_string().empty()) {
        return RuleMistake{"remote_path", "is missing"};
    }
    const auto* direction = rule.if_contains("direction");
    constexpr std::array<std::string_view, 3> kDirections{"to_platform", "from_platform", "both"};
    if (direction != nullptr &&
        std::ranges::find(kDirections, std::string_view(direction->get_string())) == kDirections.end()) {
        return RuleMistake{"direction", "must be to_platform, from_platform or both"};
    }
    return std::nullopt;
}

bool are_rivals(const config::TenantRule& one, const config::TenantRule& other) {
    using config::MappingDirection;
    const bool overlap = one.rule.direction == other.rule.direction ||
                         one.rule.direction == MappingDirection::both ||
                         other.rule.direction == MappingDirection::both;
    return overlap && one.object == other.object && one.rule.remote == other.rule.remote;
}

std::vector<config::TenantRule> with_drafts(
    std::span<const config::TenantRule> own, std::span<const config::TenantRule> drafts
) {
    std::vector<config::TenantRule> all;
    for (const auto& rule : own) {
        if (std::ranges::none_of(drafts, [&](const auto& draft) { return are_rivals(rule, draft); })) {
            all.push_back(rule);
        }
    }
    all.insert(all.end(), drafts.begin(), drafts.end());
    return all;
}

std::optional<RuleMistake> mistake_of(
    const config::TenantRule& rule,
    std::span<const config::TenantRule> others,
    const config::Manifest& manifest
) {
    if (auto mistake = mistake_of_switch(rule)) {
        return mistake;
    }
    const auto* const object = manifest.object(rule.object);
    if (object == nullptr) {
        return RuleMistake{"object", no_such_object(manifest, rule.object)};
    }
    std::vector<config::TenantRule> own(others.begin(), others.end());
    own.push_back(rule);
    const auto merged = rules_in_force(*object, own);
    if (merged) {
        return std::nullopt;
    }
    for (const auto& problem : merged.error()) {
        if (auto mistake = located(problem, rule)) {
            return mistake;
        }
    }
    // Something else may have hidden what is wrong with it.
    if (const auto alone = rules_in_force(*object, std::span(&rule, 1)); !alone) {
        for (const auto& problem : alone.error()) {
            if (auto mistake = located(problem, rule)) {
                return mistake;
            }
        }
    }
    // What was wrong without the rule does not keep anybody from entering it: it may be the first of two
    // steps that mend it.
    if (!rules_in_force(*object, others)) {
        return std::nullopt;
    }
    return RuleMistake{"remote_path", merged.error().front().text()};
}

std::optional<std::string> mistake_without(
    const config::TenantRule& rule,
    std::span<const config::TenantRule> others,
    const config::Manifest& manifest
) {
    const auto* const object = manifest.object(rule.object);
    if (object == nullptr) {
        return std::nullopt;
    }
    const auto left = rules_in_force(*object, others);
    if (left) {
        return std::nullopt;
    }
    std::vector<config::TenantRule> all(others.begin(), others.end());
    all.push_back(rule);
    return rules_in_force(*object, all) ? std::optional(left.error().front().text()) : std::nullopt;
}

std::string no_such_object(const config::Manifest& manifest, const std::string& object) {
    std::string known;
    for (const auto& spec : manifest.objects) {
        known += (known.empty() ? "" : ", ") + spec.name;
    }
    return manifest.slug + " has no object '" + object + "'; it has " + known;
}

}  // namespace navette::engine
