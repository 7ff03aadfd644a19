#include "daemon/sync/mapping.hpp"

#include "daemon/sync/mapping_run.hpp"
#include "daemon/sync/read_back.hpp"
#include "daemon/sync/three_way.hpp"

#include <boost/json/monotonic_resource.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace navette::sync {

namespace json = boost::json;

namespace {

std::vector<std::vector<std::string>> groups_read_together(const ReadBack& back) {
    std::map<std::string, std::vector<std::string>> by_remote;
    for (const CompiledRule* rule : back.readers()) {
        by_remote[rule->remote.text()].push_back(rule->local.text());
    }
    std::vector<std::vector<std::string>> groups;
    for (auto& [remote, locals] : by_remote) {
        if (locals.size() > 1) {
            groups.push_back(std::move(locals));
        }
    }
    return groups;
}

/// Whether the rule fills one of the fields, or what they stand in.
bool reads_any(const CompiledRule& reader, std::span<const std::string> fields) {
    const auto local = reader.local.before_index().text();
    return std::ranges::any_of(fields, [&local](const std::string& field) {
        return field == local || field.starts_with(local + ".");
    });
}

}  // namespace

struct Mapping::Rules {
    explicit Rules(std::vector<CompiledRule> compiled)
        : list(std::move(compiled)), back(list), together(groups_read_together(back)) {}

    std::vector<CompiledRule> list;
    ReadBack back;  // points into the list
    std::vector<std::vector<std::string>> together;
};

Mapping::Mapping(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

std::expected<Mapping, config::Problems> Mapping::compile(std::span<const config::MappingRule> rules) {
    std::expected<std::vector<CompiledRule>, config::Problems> compiled = compile_rules(rules);
    if (!compiled) {
        return std::unexpected(std::move(compiled.error()));
    }
    return Mapping(std::make_shared<const Rules>(std::move(*compiled)));
}

core::Result<json::object> Mapping::to_remote(const json::object& record) const {
    return MappingRun(Way::to_remote).map(rules_->list, record);
}

core::Result<json::object> Mapping::to_local(const json::object& remote) const {
    return MappingRun(Way::to_local).map(rules_->list, remote);
}

bool Mapping::reads_back() const {
    return !rules_->back.readers().empty();
}

json::object Mapping::shared_to_remote(const json::object& record) const {
    return MappingRun(Way::to_remote).map_what_can_be(rules_->back.shared(), record);
}

json::object Mapping::held_with(const json::object& held, const json::object& fields) const {
    auto result = held;
    if (fields.empty()) {
        return result;
    }
    auto record = MappingRun(Way::to_local).map_what_can_be(rules_->back.readers(), held);
    lay_over(record, fields);
    std::vector<std::string> names;
    for (const auto& [name, value] : leaves_of(fields)) {
        names.push_back(name);
    }
    lay_over(result, places_of(shared_to_remote(record), names));
    return result;
}

json::object Mapping::places_of(const json::object& held, std::span<const std::string> fields) const {
    json::object part;
    for (const CompiledRule* reader : rules_->back.readers()) {
        const Path place = reader->remote.before_index();
        const json::value* value = place.find(held);
        if (value != nullptr && reads_any(*reader, fields)) {
            static_cast<void>(place.set(part, json::value(*value)));
        }
    }
    return part;
}

json::object Mapping::held_without(json::object held, std::span<const std::string> fields) const {
    for (const CompiledRule* reader : rules_->back.readers()) {
        if (reads_any(*reader, fields)) {
            reader->remote.before_index().erase(held);
        }
    }
    return held;
}

json::object Mapping::canonical(const json::object& record) const {
    // The platform's object lives for this call only: most of them fit into this.
    std::array<unsigned char, 4096> place;  // NOLINT(cppcoreguidelines-pro-type-member-init): scratch space
    json::monotonic_resource room(place.data(), place.size());
    const auto remote = MappingRun(Way::to_remote).map_what_can_be(rules_->back.shared(), record, &room);
    return MappingRun(Way::to_local).map_what_can_be(rules_->back.readers(), remote);
}

bool Mapping::drop_known(json::object& fields, const json::object& known, std::span<const std::string> keep)
    const {
    return rules_->back.drop_known(fields, known, keep);
}

bool Mapping::is_same_meaning(std::string_view field, const json::value& a, const json::value& b) const {
    const auto come_back = [&](const json::value& value) {
        json::object record;
        set_leaf(record, field, value);
        const auto remote = MappingRun(Way::to_remote).map_what_can_be(rules_->back.respelling(), record);
        return MappingRun(Way::to_local).map_what_can_be(rules_->back.readers(), remote);
    };
    if (a.is_null() || b.is_null() || rules_->back.respelling().empty()) {
        return false;
    }
    const auto one = come_back(a);
    const auto other = come_back(b);
    return !leaf(one, field).is_null() && equal_values(leaf(one, field), leaf(other, field));
}

std::vector<std::string> Mapping::local_paths_read_back() const {
    std::vector<std::string> paths;
    for (const CompiledRule* rule : rules_->back.readers()) {
        paths.push_back(rule->local.text());
    }
    std::ranges::sort(paths);
    return paths;
}

std::span<const std::vector<std::string>> Mapping::read_together() const {
    return rules_->together;
}

}  // namespace navette::sync
