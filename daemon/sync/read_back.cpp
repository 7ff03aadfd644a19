#include "daemon/sync/read_back.hpp"

#include "daemon/sync/three_way.hpp"

#include <algorithm>
#include <utility>

namespace navette::sync {
namespace {

namespace json = boost::json;

const json::value kNone;

bool holds_fields(const json::value& value) {
    return value.is_object() && !value.get_object().empty();
}

/// Whether a field of the object differs from what is known; what is known besides does not matter.
bool tells_news(const json::object& fields, const json::object& known) {
    return std::ranges::any_of(fields, [&known](const json::key_value_pair& member) {
        const json::value* other = known.if_contains(member.key());
        if (holds_fields(member.value())) {
            static const json::object empty;
            const bool within = other != nullptr && other->is_object();
            return tells_news(member.value().get_object(), within ? other->get_object() : empty);
        }
        return !equal_values(member.value(), other == nullptr ? kNone : *other);
    });
}

/// Takes out the leaves that are known, and objects that become empty by it.
void drop_equal_leaves(json::object& fields, const json::object& known) {
    for (auto member = fields.begin(); member != fields.end();) {
        const json::value* other = known.if_contains(member->key());
        bool drop = false;
        if (holds_fields(member->value())) {
            if (other != nullptr && other->is_object()) {
                drop_equal_leaves(member->value().get_object(), other->get_object());
                drop = member->value().get_object().empty();
            }
        } else {
            drop = equal_values(member->value(), other == nullptr ? kNone : *other);
        }
        member = drop ? fields.stable_erase(member) : std::next(member);
    }
}

void drop_equal(const Path& place, json::object& fields, const json::object& known) {
    const json::value* value = place.find(fields);
    if (value == nullptr) {
        return;
    }
    const json::value* other = place.find(known);
    if (!holds_fields(*value)) {
        if (equal_values(*value, other == nullptr ? kNone : *other)) {
            place.erase(fields);
        }
        return;
    }
    if (other == nullptr || !other->is_object()) {
        return;
    }
    json::object left = value->get_object();
    drop_equal_leaves(left, other->get_object());
    if (left.empty()) {
        place.erase(fields);
    } else {
        static_cast<void>(place.set(fields, std::move(left)));
    }
}

}  // namespace

ReadBack::ReadBack(std::span<const CompiledRule> rules) {
    for (const CompiledRule& rule : rules) {
        if (rule.to_local) {
            readers_.push_back(&rule);
        }
    }
    for (const CompiledRule& rule : rules) {
        if (!rule.to_remote) {
            continue;
        }
        const bool is_shared = std::ranges::any_of(readers_, [&rule](const CompiledRule* reader) {
            return reader->remote.overlaps(rule.remote);
        });
        if (is_shared) {
            shared_.push_back(&rule);
        }
        if (is_shared && rule.keeps_meaning) {
            respelling_.push_back(&rule);
        }
        add_unit(rule, is_shared);
    }
}

void ReadBack::add_unit(const CompiledRule& rule, bool is_shared) {
    Unit unit;
    unit.place = rule.remote.before_index();
    unit.read_back = is_shared;
    unit.names = {rule.local.text(), rule.remote.text()};
    // The widest place of those that overlap, with what holds for any of them.
    const auto others = std::ranges::partition(units_, [&unit](const Unit& other) {
        return !other.place.overlaps(unit.place);
    });
    for (const Unit& other : others) {
        if (other.place.text().size() < unit.place.text().size()) {
            unit.place = other.place;
        }
        unit.read_back = unit.read_back && other.read_back;
        unit.names.insert(unit.names.end(), other.names.begin(), other.names.end());
    }
    units_.erase(others.begin(), others.end());
    units_.push_back(std::move(unit));
}

bool ReadBack::drop_known(json::object& fields, const json::object& known, std::span<const std::string> keep)
    const {
    const bool news = tells_news(fields, known);
    for (const Unit& unit : units_) {
        const bool kept = std::ranges::any_of(keep, [&unit](const std::string& name) {
            return std::ranges::find(unit.names, name) != unit.names.end();
        });
        if (unit.read_back && !kept) {
            drop_equal(unit.place, fields, known);
        }
    }
    return news;
}

}  // namespace navette::sync
