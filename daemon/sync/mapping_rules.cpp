#include "daemon/sync/mapping_rules.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace navette::sync {
namespace {

using config::Location;
using config::MappingDirection;
using config::MappingRule;

// Lists within lists; more than this is a mistake, and each level costs a stack frame.
constexpr int kMaxDepth = 8;

class Compiler {
  public:
    std::vector<CompiledRule> compile(std::span<const MappingRule> rules, MappingDirection around, int depth);

    config::Problems problems;

  private:
    CompiledRule compile(const MappingRule& rule, MappingDirection around, int depth);
    void compile_steps(const MappingRule& rule, CompiledRule& compiled);
    void check_items(const MappingRule& rule);
    void check_written_once(std::span<const MappingRule> rules);
    Path path(const MappingRule& rule, std::string_view side, const std::string& text);

    void note(const Location& where, std::string what) {
        problems.emplace_back(where, "mapping: " + std::move(what));
    }
};

/// The rule's place, seen from another rule: its line in the same file, else the whole of it.
std::string place_of(const MappingRule& rule, const MappingRule& seen_from) {
    if (rule.where.line == 0) {
        return rule.where.file;
    }
    const auto line = std::to_string(rule.where.line);
    return rule.where.file == seen_from.where.file ? "the rule of line " + line
                                                   : "the rule of " + rule.where.file + ":" + line;
}

std::string name_of(const MappingRule& rule) {
    return rule.local.empty() ? "remote " + rule.remote : "local " + rule.local;
}

Path Compiler::path(const MappingRule& rule, std::string_view side, const std::string& text) {
    core::Result<Path> parsed = Path::parse(text);
    if (!parsed) {
        note(rule.where, std::string(side) + ": " + parsed.error().message);
        return {};
    }
    return std::move(*parsed);
}

void Compiler::compile_steps(const MappingRule& rule, CompiledRule& compiled) {
    bool supplied = !rule.local.empty();
    bool first = true;
    for (const config::TransformSpec& spec : rule.transforms) {
        core::Result<Transform> transform = compile_transform(spec.name, spec.argument);
        if (!transform) {
            note(spec.where, name_of(rule) + ": " + transform.error().message);
            supplied = true;  // one mistake, one line
            continue;
        }
        supplied = supplied || (first && transform->supplies_value);
        first = false;
        if (compiled.to_local && !transform->one_way.empty()) {
            note(
                spec.where,
                name_of(rule) + ": transform " + spec.name + " has no way back (" + transform->one_way +
                    "); use direction: to_platform or another transform"
            );
        }
        compiled.keeps_meaning =
            compiled.keeps_meaning && (transform->one_way.empty() || transform->loses_spelling_only);
        compiled.forward.push_back(std::move(transform->forward));
        if (transform->backward) {
            compiled.backward.insert(compiled.backward.begin(), std::move(transform->backward));
        }
    }
    if (!supplied) {
        note(
            rule.where,
            "remote " + rule.remote +
                ": local is empty; name a field, or begin the transforms with constant, template, join or "
                "first_of"
        );
    } else if (rule.local.empty() && compiled.to_local) {
        note(
            rule.where, "remote " + rule.remote + ": local is empty, so the direction can only be to_platform"
        );
    }
}

void Compiler::check_items(const MappingRule& rule) {
    if (rule.local.empty()) {
        note(rule.where, "remote " + rule.remote + ": a rule with each needs the local list");
    }
    if (!rule.transforms.empty()) {
        note(
            rule.where,
            name_of(rule) + ": a rule with each has no transforms of its own; give them to the inner rules"
        );
    }
}

CompiledRule Compiler::compile(const MappingRule& rule, MappingDirection around, int depth) {
    CompiledRule compiled;
    compiled.to_remote = rule.direction != MappingDirection::from_platform;
    compiled.to_local = rule.direction != MappingDirection::to_platform;
    compiled.required = rule.required;
    if (around != MappingDirection::both && rule.direction != around) {
        note(
            rule.where,
            name_of(rule) +
                ": the list around this rule is mapped in one direction only; give both the same direction, "
                "or "
                "the list direction: both"
        );
    }
    if (!rule.local.empty()) {
        compiled.local = path(rule, "local", rule.local);
    }
    compiled.remote = path(rule, "remote", rule.remote);
    if (rule.each.empty()) {
        compile_steps(rule, compiled);
    } else {
        check_items(rule);
        compiled.each = compile(rule.each, rule.direction, depth + 1);
        compiled.to_remote =
            compiled.to_remote && std::ranges::any_of(compiled.each, &CompiledRule::to_remote);
        compiled.to_local = compiled.to_local && std::ranges::any_of(compiled.each, &CompiledRule::to_local);
        compiled.keeps_meaning = std::ranges::all_of(compiled.each, &CompiledRule::keeps_meaning);
    }
    return compiled;
}

void Compiler::check_written_once(std::span<const MappingRule> rules) {
    std::map<std::string, const MappingRule*> remote;
    std::map<std::string, const MappingRule*> local;
    const auto claim =
        [this](auto& taken, std::string_view side, const std::string& target, const MappingRule& rule) {
            const auto [other, fresh] = taken.emplace(target, &rule);
            if (!fresh && !target.empty()) {
                note(
                    rule.where,
                    std::string(side) + " " + target + " is already written by " +
                        place_of(*other->second, rule)
                );
            }
        };
    for (const MappingRule& rule : rules) {
        if (rule.direction != MappingDirection::from_platform) {
            claim(remote, "remote", rule.remote, rule);
        }
        if (rule.direction != MappingDirection::to_platform) {
            claim(local, "local", rule.local, rule);
        }
    }
}

std::vector<CompiledRule> Compiler::compile(
    std::span<const MappingRule> rules, MappingDirection around, int depth
) {
    std::vector<CompiledRule> compiled;
    if (depth > kMaxDepth) {
        note(rules.front().where, "lists within lists go no deeper than " + std::to_string(kMaxDepth));
        return compiled;
    }
    for (const MappingRule& rule : rules) {
        compiled.push_back(compile(rule, around, depth));
    }
    check_written_once(rules);
    return compiled;
}

}  // namespace

std::expected<std::vector<CompiledRule>, config::Problems> compile_rules(
    std::span<const config::MappingRule> rules
) {
    Compiler compiler;
    std::vector<CompiledRule> compiled = compiler.compile(rules, MappingDirection::both, 0);
    if (!compiler.problems.empty()) {
        return std::unexpected(std::move(compiler.problems));
    }
    return compiled;
}

}  // namespace navette::sync
