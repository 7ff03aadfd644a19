#include "daemon/engine/mapping_trial.hpp"

#include "daemon/sync/mapping.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <variant>

namespace navette::engine {
namespace {

namespace json = boost::json;

// Why a field is lost is found by leaving it out and mapping again; a record of more lost fields than this
// is told without.
constexpr std::size_t kMostLooks = 200;

using Rules = std::vector<config::MappingRule>;
using Step = std::variant<std::string, std::size_t>;
using Steps = std::vector<Step>;

TrialWay opposite(TrialWay way) {
    return way == TrialWay::to_platform ? TrialWay::from_platform : TrialWay::to_platform;
}

core::Result<json::object> map(
    std::span<const config::MappingRule> rules, TrialWay way, const json::object& record
) {
    const auto mapping = sync::Mapping::compile(rules);
    if (!mapping) {
        return core::failure(core::ErrorKind::invalid, mapping.error().front().text());
    }
    return way == TrialWay::to_platform ? mapping->to_remote(record) : mapping->to_local(record);
}

/// The mapping's sentences begin with the field's path.
MappingTrial::Failure failure_of(const core::Error& error, bool back) {
    const auto colon = error.message.find(": ");
    if (colon == std::string::npos) {
        return {back, {}, error.message};
    }
    return {back, error.message.substr(0, colon), error.message.substr(colon + 2)};
}

/// Maps by the rules that can, and notes for each of the others why it cannot. Returns those that can.
Rules map_what_can_be(
    const Rules& rules,
    TrialWay way,
    const json::object& record,
    bool back,
    MappingTrial& trial,
    json::object& mapped
) {
    auto whole = map(rules, way, record);
    if (whole) {
        mapped = std::move(*whole);
        return rules;
    }
    Rules able;
    for (const auto& rule : rules) {
        const auto alone = map(std::span(&rule, 1), way, record);
        if (alone) {
            able.push_back(rule);
        } else {
            trial.failures.push_back(failure_of(alone.error(), back));
        }
    }
    if (able.size() < rules.size()) {
        whole = map(able, way, record);
    }
    if (whole) {
        mapped = std::move(*whole);
    } else {
        trial.failures.push_back(failure_of(whole.error(), back));
    }
    return able;
}

bool same(const json::value& one, const json::value& other) {
    if (one.is_number() && other.is_number()) {
        return one == other || one.to_number<double>() == other.to_number<double>();
    }
    return one == other;
}

bool is_list_of_objects(const json::value& value) {
    const auto* items = value.if_array();
    return items != nullptr && !items->empty() &&
           std::ranges::all_of(*items, [](const json::value& item) { return item.is_object(); });
}

std::string text_of(const Steps& steps) {
    std::string text;
    for (const auto& step : steps) {
        if (const auto* key = std::get_if<std::string>(&step)) {
            text += (text.empty() ? "" : ".") + *key;
        } else {
            text += "[" + std::to_string(std::get<std::size_t>(step)) + "]";
        }
    }
    return text;
}

/// Takes the field out; its last step is a key.
void erase(json::object& record, const Steps& steps) {
    json::object* owner = &record;
    for (std::size_t at = 0; at + 1 < steps.size(); ++at) {
        json::value* next = owner->if_contains(std::get<std::string>(steps[at]));
        while (next != nullptr && at + 2 < steps.size() && std::holds_alternative<std::size_t>(steps[at + 1])
        ) {
            next = &next->as_array()[std::get<std::size_t>(steps[++at])];
        }
        if (next == nullptr || !next->is_object()) {
            return;
        }
        owner = &next->get_object();
    }
    owner->erase(std::get<std::string>(steps.back()));
}

/// Sets what went against what came back, field by field; a list is one field unless it holds objects.
class Comparison {
  public:
    explicit Comparison(MappingTrial& trial) : trial_(trial) {}

    void compare(const json::value& before, const json::value* after, Steps& at) {
        if (const auto* members = before.if_object()) {
            const auto* others = after == nullptr ? nullptr : after->if_object();
            for (const auto& member : *members) {
                at.emplace_back(std::string(member.key()));
                compare(member.value(), others == nullptr ? nullptr : others->if_contains(member.key()), at);
                at.pop_back();
            }
        } else if (is_list_of_objects(before)) {
            const auto* others = after == nullptr ? nullptr : after->if_array();
            std::size_t index = 0;
            for (const auto& item : before.get_array()) {
                at.emplace_back(index);
                compare(item, others == nullptr || index >= others->size() ? nullptr : &(*others)[index], at);
                at.pop_back();
                ++index;
            }
        } else if (after == nullptr) {
            // Nothing is there to be lost.
            if (!before.is_null()) {
                lost.push_back(at);
            }
        } else if (!same(before, *after)) {
            trial_.changed.push_back({text_of(at), before, *after});
        }
    }

    std::vector<Steps> lost;

  private:
    MappingTrial& trial_;
};

/// Why a field does not come back: whether it was carried over at all shows when it is left out.
std::string reason(const Steps& steps, const MappingTrial& trial, const Rules& able) {
    const bool to = trial.way == TrialWay::to_platform;
    auto without = trial.before;
    erase(without, steps);
    const auto mapped = map(able, trial.way, without);
    if (mapped && *mapped == trial.mapped) {
        return to ? "it is not sent" : "it is not read";
    }
    return to ? "it is sent, and no rule reads it back" : "it is read, and no rule sends it back";
}

bool has_failed(const std::string& field, const MappingTrial& trial) {
    return std::ranges::any_of(trial.failures, [&](const auto& failure) {
        return !failure.on_the_way_back &&
               (failure.field == field || failure.field.ends_with("(from " + field + ")"));
    });
}

}  // namespace

MappingTrial try_mapping(std::span<const config::MappingRule> rules, TrialWay way, json::object record) {
    MappingTrial trial;
    trial.way = way;
    trial.before = std::move(record);
    const auto able =
        map_what_can_be(Rules(rules.begin(), rules.end()), way, trial.before, false, trial, trial.mapped);
    // What is required is required of a whole record, and a part of one comes back.
    auto back = able;
    for (auto& rule : back) {
        rule.required = rule.required && way == TrialWay::to_platform;
    }
    map_what_can_be(back, opposite(way), trial.mapped, true, trial, trial.after);

    Comparison comparison(trial);
    Steps at;
    const json::value after(trial.after);
    comparison.compare(json::value(trial.before), &after, at);
    for (const auto& steps : comparison.lost) {
        const auto field = text_of(steps);
        if (has_failed(field, trial)) {
            trial.lost.push_back({field, "it could not be converted"});
        } else {
            trial.lost.push_back(
                {field, trial.lost.size() < kMostLooks ? reason(steps, trial, able) : std::string()}
            );
        }
    }
    return trial;
}

json::object to_json(const MappingTrial& trial) {
    json::array failures;
    for (const auto& failure : trial.failures) {
        failures.push_back(
            {{"step", failure.on_the_way_back ? "back" : "there"},
             {"field", failure.field},
             {"sentence", failure.sentence}}
        );
    }
    json::array lost;
    for (const auto& field : trial.lost) {
        lost.push_back({{"field", field.field}, {"why", field.why}});
    }
    json::array changed;
    for (const auto& field : trial.changed) {
        changed.push_back({{"field", field.field}, {"before", field.before}, {"after", field.after}});
    }
    return {
        {"direction", trial.way == TrialWay::to_platform ? "to_platform" : "from_platform"},
        {"before", trial.before},
        {"mapped", trial.mapped},
        {"after", trial.after},
        {"failures", std::move(failures)},
        {"lost", std::move(lost)},
        {"changed", std::move(changed)}
    };
}

}  // namespace navette::engine
