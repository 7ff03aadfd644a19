// Mapping rules that anybody may have written, and a record that anybody may have sent.
//
// An input is two JSON texts with a line "---" between them: a list of rules and a record. A rule is written
// as in a manifest: {"local", "remote", "direction", "required", "transforms": [name | {name: argument}],
// "each"}.
#include "daemon/sync/mapping.hpp"
#include "tests/fuzz/property.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace navette::fuzz {
namespace {

namespace json = boost::json;

constexpr std::string_view kSeparator = "\n---\n";
constexpr int kDeepest = 8;

std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

config::TransformSpec transform_of(const json::value& step, int line) {
    config::TransformSpec spec;
    spec.where = config::Location("map.yaml", line);
    if (step.is_string()) {
        spec.name = std::string(step.get_string());
    } else if (step.is_object() && !step.get_object().empty()) {
        spec.name = std::string(step.get_object().begin()->key());
        spec.argument = step.get_object().begin()->value();
    }
    return spec;
}

std::vector<config::MappingRule> rules_of(const json::value& list, int depth = 0) {
    std::vector<config::MappingRule> rules;
    if (!list.is_array() || depth > kDeepest) {
        return rules;
    }
    for (const auto& item : list.get_array()) {
        if (!item.is_object()) {
            continue;
        }
        const auto& source = item.get_object();
        config::MappingRule rule;
        const int line = static_cast<int>(rules.size()) + 1;
        rule.where = config::Location("map.yaml", line);
        rule.local = text_at(source, "local");
        rule.remote = text_at(source, "remote");
        const auto direction = text_at(source, "direction");
        rule.direction = direction == "both"            ? config::MappingDirection::both
                         : direction == "from_platform" ? config::MappingDirection::from_platform
                                                        : config::MappingDirection::to_platform;
        const auto* required = source.if_contains("required");
        rule.required = required != nullptr && required->is_bool() && required->get_bool();
        if (const auto* steps = source.if_contains("transforms"); steps != nullptr && steps->is_array()) {
            for (const auto& step : steps->get_array()) {
                rule.transforms.push_back(transform_of(step, line));
            }
        }
        if (const auto* each = source.if_contains("each")) {
            rule.each = rules_of(*each, depth + 1);
        }
        rules.push_back(std::move(rule));
    }
    return rules;
}

using Direction = core::Result<json::object> (sync::Mapping::*)(const json::object&) const;

void map(const sync::Mapping& mapping, Direction direction, const json::object& record) {
    const auto mapped = (mapping.*direction)(record);
    const auto again = (mapping.*direction)(record);
    require(mapped.has_value() == again.has_value(), "one record is mapped in one way");
    if (!mapped) {
        require(!mapped.error().message.empty(), "a record that cannot be mapped is told in a sentence");
        require(mapped.error().message == again.error().message, "one record is mapped in one way");
        return;
    }
    const auto text = json::serialize(*mapped);
    require(text == json::serialize(*again), "one record is mapped in one way", text);
    // A text that is cut or changed stays text.
    require_json(text, "what is mapped");
}

int run(std::string_view input) {
    const auto split = input.find(kSeparator);
    if (split == std::string_view::npos) {
        return -1;
    }
    const auto list = read_json(input.substr(0, split));
    const auto record = read_json(input.substr(split + kSeparator.size()));
    if (!list || !list->is_array() || !record || !record->is_object()) {
        return -1;
    }
    const auto rules = rules_of(*list);
    const auto mapping = sync::Mapping::compile(rules);
    if (!mapping) {
        require(!mapping.error().empty(), "rules that are refused have a mistake");
        for (const auto& problem : mapping.error()) {
            require(problem.where.line > 0 && problem.where.file == "map.yaml", "a mistake has its line");
            require(!problem.what.empty(), "a mistake is told in a sentence");
        }
        return 0;
    }
    map(*mapping, &sync::Mapping::to_remote, record->get_object());
    map(*mapping, &sync::Mapping::to_local, record->get_object());
    return 0;
}

}  // namespace
}  // namespace navette::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

/// -1: not worth keeping in the corpus.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    return navette::fuzz::run({reinterpret_cast<const char*>(data), size});
}
