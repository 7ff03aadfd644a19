// Mapping rules written as JSON, for the tests of sync.
#pragma once

#include "daemon/sync/mapping.hpp"
#include "daemon/sync/transforms.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace navette::sync {

inline boost::json::value parsed(std::string_view text) {
    return boost::json::parse(boost::json::string_view(text.data(), text.size()));
}

/// The rules of a list; rule i stands at line 10 * (i + 1) of map.yaml, its transform j another j + 1 lines
/// further.
inline std::vector<config::MappingRule> rules_from(const boost::json::value& list) {
    const auto text = [](const boost::json::object& object, std::string_view key) {
        const auto* found = object.if_contains(key);
        return found == nullptr ? std::string() : std::string(std::string_view(found->as_string()));
    };
    std::vector<config::MappingRule> rules;
    for (const auto& item : list.as_array()) {
        const boost::json::object& source = item.as_object();
        config::MappingRule rule;
        rule.where = config::Location("map.yaml", 10 * (static_cast<int>(rules.size()) + 1));
        rule.local = text(source, "local");
        rule.remote = text(source, "remote");
        const std::string direction = text(source, "direction");
        rule.direction = direction == "both"            ? config::MappingDirection::both
                         : direction == "from_platform" ? config::MappingDirection::from_platform
                                                        : config::MappingDirection::to_platform;
        rule.required = source.contains("required") && source.at("required").as_bool();
        if (source.contains("transforms")) {
            for (const auto& step : source.at("transforms").as_array()) {
                config::TransformSpec spec;
                spec.where = config::Location(
                    "map.yaml", rule.where.line + 1 + static_cast<int>(rule.transforms.size())
                );
                if (step.is_string()) {
                    spec.name = std::string_view(step.get_string());
                } else {
                    spec.name = std::string_view(step.as_object().begin()->key());
                    spec.argument = step.as_object().begin()->value();
                }
                rule.transforms.push_back(std::move(spec));
            }
        }
        if (source.contains("each")) {
            rule.each = rules_from(source.at("each"));
        }
        rules.push_back(std::move(rule));
    }
    return rules;
}

inline Mapping mapping_from(std::string_view rules) {
    auto mapping = Mapping::compile(rules_from(parsed(rules)));
    if (!mapping) {
        ADD_FAILURE() << mapping.error().front().what;
        return *Mapping::compile({});
    }
    return std::move(*mapping);
}

/// "line: sentence" of each mistake; empty where the rules are well-formed.
inline std::vector<std::string> mistakes_of(std::string_view rules) {
    std::vector<std::string> texts;
    if (auto mapping = Mapping::compile(rules_from(parsed(rules))); !mapping) {
        for (const config::Problem& problem : mapping.error()) {
            texts.push_back(std::to_string(problem.where.line) + ": " + problem.what);
        }
    }
    return texts;
}

/// What one transform makes of the field "in" of a record: JSON, "absent", or "error: ...".
inline std::string transformed(std::string_view transform, std::string_view record) {
    const boost::json::value step = parsed(transform);
    const boost::json::object scope = parsed(record).as_object();
    const auto compiled = step.is_string() ? compile_transform(std::string_view(step.get_string()), nullptr)
                                           : compile_transform(
                                                 std::string_view(step.as_object().begin()->key()),
                                                 step.as_object().begin()->value()
                                             );
    if (!compiled) {
        return "refused: " + compiled.error().message;
    }
    const auto* in = scope.if_contains("in");
    const auto out = compiled->forward(in == nullptr ? Field() : Field(*in), scope);
    if (!out) {
        return "error: " + out.error().message;
    }
    return *out ? boost::json::serialize(**out) : "absent";
}

/// The same for a record that has only the field "in", given as JSON.
inline std::string transformed_value(std::string_view transform, std::string_view value) {
    return transformed(transform, "{\"in\":" + std::string(value) + "}");
}

/// The way back of a transform for a value; "one way: ..." where it has none.
inline std::string restored(std::string_view name, std::string_view argument, std::string_view value) {
    const auto compiled = compile_transform(name, parsed(argument));
    if (!compiled) {
        return "refused: " + compiled.error().message;
    }
    if (!compiled->one_way.empty()) {
        return "one way: " + compiled->one_way;
    }
    if (!compiled->backward) {
        return std::string(value);
    }
    const auto out = compiled->backward(Field(parsed(value)), {});
    return !out ? "error: " + out.error().message : *out ? boost::json::serialize(**out) : "absent";
}

}  // namespace navette::sync
