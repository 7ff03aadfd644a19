#include "daemon/sync/mapping_run.hpp"

#include "daemon/sync/value_text.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace navette::sync {
namespace {

namespace json = boost::json;

/// Whether a number in it was too large for its type (1e999), so that JSON has no word for it any more.
bool holds_infinity(const json::value& value) {
    if (const auto* number = value.if_double()) {
        return !std::isfinite(*number);
    }
    if (const auto* items = value.if_array()) {
        return std::ranges::any_of(*items, [](const json::value& inner) { return holds_infinity(inner); });
    }
    const auto* members = value.if_object();
    return members != nullptr && std::ranges::any_of(*members, [](const json::key_value_pair& member) {
               return holds_infinity(member.value());
           });
}

}  // namespace

json::object MappingRun::map_what_can_be(
    std::span<const CompiledRule* const> rules, const json::object& source, json::storage_ptr storage
) const {
    json::object target(std::move(storage));
    target.reserve(rules.size());
    for (const CompiledRule* rule : rules) {
        static_cast<void>(apply(*rule, source, nullptr, target));
    }
    return target;
}

core::Result<json::object> MappingRun::map(
    std::span<const CompiledRule> rules, const json::object& source, const Item* item
) const {
    json::object target;
    target.reserve(rules.size());
    for (const CompiledRule& rule : rules) {
        if (!travels(rule)) {
            continue;
        }
        if (core::Result<void> applied = apply(rule, source, item, target); !applied) {
            return std::unexpected(std::move(applied.error()));
        }
    }
    return target;
}

core::Result<void> MappingRun::apply(
    const CompiledRule& rule, const json::object& source, const Item* item, json::object& target
) const {
    Field field;
    if (rule.each.empty()) {
        if (const json::value* found = from(rule).find(source)) {
            field.emplace(*found, target.storage());
        }
        if (core::Result<void> converted = convert(field, rule, source, item); !converted) {
            return converted;
        }
    } else {
        core::Result<Field> items = items_of(rule, source, item);
        if (!items) {
            return std::unexpected(std::move(items.error()));
        }
        field = std::move(*items);
    }
    if (way_ == Way::to_remote && rule.required && (!field || is_blank(*field))) {
        return failure_at(rule, item, "a value is required here and there is none");
    }
    if (!field) {
        return {};
    }
    // The items of a list were looked at one by one.
    if (rule.each.empty() && holds_infinity(*field)) {
        return failure_at(rule, item, "the number is too large, expected one below 1.8e308");
    }
    if (core::Result<void> set = to(rule).set(target, std::move(*field)); !set) {
        return failure_at(rule, item, set.error().message);
    }
    return {};
}

core::Result<void> MappingRun::convert(
    Field& field, const CompiledRule& rule, const json::object& source, const Item* item
) const {
    for (const Step& step : steps(rule)) {
        core::Result<Field> next = step(std::move(field), source);
        if (!next) {
            return failure_at(rule, item, next.error().message);
        }
        field = std::move(*next);
    }
    return {};
}

core::Result<Field> MappingRun::items_of(
    const CompiledRule& rule, const json::object& source, const Item* item
) const {
    const json::value* found = from(rule).find(source);
    if (found == nullptr || found->is_null()) {
        return found == nullptr ? Field() : Field(nullptr);
    }
    if (!found->is_array()) {
        return failure_at(rule, item, shown(*found) + " is not a list");
    }
    json::array mapped;
    mapped.reserve(found->get_array().size());
    for (const json::value& element : found->get_array()) {
        const Item inner{.around = item, .list = &rule, .index = mapped.size()};
        if (!element.is_object()) {
            return failure_at({}, &inner, shown(element) + " is not an object");
        }
        core::Result<json::object> object = map(rule.each, element.get_object(), &inner);
        if (!object) {
            return std::unexpected(std::move(object.error()));
        }
        mapped.emplace_back(std::move(*object));
    }
    return Field(std::move(mapped));
}

std::unexpected<core::Error> MappingRun::failure_at(
    const CompiledRule& rule, const Item* item, const std::string& sentence
) const {
    const std::string local = full_path(item, rule.local, &CompiledRule::local);
    const std::string remote = full_path(item, rule.remote, &CompiledRule::remote);
    std::string place = rule.local.empty() && !rule.remote.empty() ? remote : local;
    if (way_ == Way::to_local) {
        place += " (from " + remote + ")";
    }
    return core::failure(core::ErrorKind::invalid, place + ": " + sentence);
}

std::string MappingRun::full_path(const Item* item, const Path& path, Path CompiledRule::* side) {
    if (item == nullptr) {
        return path.text();
    }
    std::string text = full_path(item->around, item->list->*side, side);
    text += "[" + std::to_string(item->index) + "]";
    return path.empty() ? text : text + "." + path.text();
}

}  // namespace navette::sync
