// The fields of a record by their dotted paths.
#include "daemon/sync/three_way.hpp"

#include <utility>

namespace navette::sync {
namespace {

namespace json = boost::json;

using Leaves = std::map<std::string, json::value, std::less<>>;

const json::object* inner_of(const json::value& value) {
    const json::object* object = value.if_object();
    return object == nullptr || object->empty() ? nullptr : object;
}

void gather(const json::object& record, std::string& path, Leaves& leaves) {
    const std::size_t around = path.size();
    for (const json::key_value_pair& member : record) {
        path.append(around == 0 ? "" : ".").append(member.key().data(), member.key().size());
        if (const json::object* inner = inner_of(member.value())) {
            gather(*inner, path, leaves);
        } else {
            leaves.insert_or_assign(path, member.value());
        }
        path.resize(around);
    }
}

/// Takes the field out of the object, and objects within that become empty.
void take_out(json::object& record, std::string_view field) {
    const std::size_t dot = field.find('.');
    const auto found = record.find(field.substr(0, dot));
    if (found == record.end()) {
        return;
    }
    if (dot != std::string_view::npos) {
        json::object* inner = found->value().if_object();
        // What was empty before is a field of its own and stays.
        if (inner == nullptr || inner->empty()) {
            return;
        }
        take_out(*inner, field.substr(dot + 1));
        if (!inner->empty()) {
            return;
        }
    }
    record.stable_erase(found);
}

}  // namespace

Leaves leaves_of(const json::object& record) {
    Leaves leaves;
    std::string path;
    gather(record, path, leaves);
    return leaves;
}

const json::value& leaf(const json::object& record, std::string_view field) {
    static const json::value none;
    const json::object* around = &record;
    while (true) {
        const std::size_t dot = field.find('.');
        const json::value* found = around->if_contains(field.substr(0, dot));
        if (found == nullptr || dot == std::string_view::npos) {
            return found == nullptr ? none : *found;
        }
        around = found->if_object();
        if (around == nullptr) {
            return none;
        }
        field.remove_prefix(dot + 1);
    }
}

void set_leaf(json::object& record, std::string_view field, json::value value) {
    if (value.is_null()) {
        take_out(record, field);
        return;
    }
    put_leaf(record, field, std::move(value));
}

void put_leaf(json::object& record, std::string_view field, json::value value) {
    json::object* around = &record;
    for (std::size_t dot = field.find('.'); dot != std::string_view::npos; dot = field.find('.')) {
        json::value& inner = (*around)[field.substr(0, dot)];
        if (!inner.is_object()) {
            inner.emplace_object();
        }
        around = &inner.get_object();
        field.remove_prefix(dot + 1);
    }
    (*around)[field] = std::move(value);
}

void lay_over(json::object& base, const json::object& over) {
    for (const json::key_value_pair& member : over) {
        // operator[] would make room for one more member even where there is one.
        const auto under = base.find(member.key());
        if (under == base.end()) {
            base.emplace(member.key(), member.value());
        } else if (under->value().is_object() && member.value().is_object()) {
            lay_over(under->value().get_object(), member.value().get_object());
        } else if (under->value() != member.value()) {
            under->value() = member.value();
        }
    }
}

}  // namespace navette::sync
