#include "tests/standin/hubspot_associations.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace navette::standin::hubspot {

namespace json = boost::json;

namespace {

constexpr std::size_t kMostPairs = 2'000;

struct Direction {
    std::string_view from;
    std::string_view to;
    int type;
    int primary;  // 0: there is no such thing
};

constexpr std::array<Direction, 18> kDirections{{
    {"contact", "company", 279, 1},
    {"company", "contact", 280, 2},
    {"contact", "deal", 4, 0},
    {"deal", "contact", 3, 0},
    {"deal", "company", 341, 5},
    {"company", "deal", 342, 6},
    {"note", "contact", 202, 0},
    {"note", "company", 190, 0},
    {"note", "deal", 214, 0},
    {"contact", "note", 201, 0},
    {"company", "note", 189, 0},
    {"deal", "note", 213, 0},
    {"call", "contact", 194, 0},
    {"call", "company", 182, 0},
    {"call", "deal", 206, 0},
    {"contact", "call", 193, 0},
    {"company", "call", 181, 0},
    {"deal", "call", 205, 0},
}};

const Direction* direction(const ObjectType& from, const ObjectType& to) {
    const auto* found = std::ranges::find_if(kDirections, [&](const Direction& one) {
        return one.from == from.name && one.to == to.name;
    });
    return found == kDirections.end() ? nullptr : found;
}

json::object result(const End& from, const End& to, int type) {
    return {
        {"from", json::object{{"id", from.id}}},
        {"to", json::object{{"id", to.id}}},
        {"associationSpec",
         json::object{{"associationCategory", "HUBSPOT_DEFINED"}, {"associationTypeId", type}}}
    };
}

std::string id_at(const json::value& input, std::string_view name) {
    const auto* object = input.if_object();
    const auto* end = object == nullptr ? nullptr : object->if_contains(name);
    const auto* fields = end == nullptr ? nullptr : end->if_object();
    const auto* id = fields == nullptr ? nullptr : fields->if_contains("id");
    return id != nullptr && id->is_string() ? std::string(id->get_string()) : std::string();
}

}  // namespace

bool Associations::add(const End& from, const End& to) {
    const auto* types = direction(from.records.type(), to.records.type());
    auto& held = types_[{from.records.type().plural, from.id, to.records.type().plural}];
    const bool is_new = !held.contains(to.id);
    const bool is_first = held.empty() && to.records.type().name == "company";
    held[to.id].insert(types->type);
    if (is_first && types->primary != 0) {
        held[to.id].insert(types->primary);
        const auto* back = direction(to.records.type(), from.records.type());
        types_[{to.records.type().plural, to.id, from.records.type().plural}][from.id].insert(back->primary);
    }
    return is_new;
}

Checked<json::array> Associations::associate(const End& from, const End& to) {
    const auto* there = direction(from.records.type(), to.records.type());
    if (there == nullptr) {
        return std::unexpected(invalid_request("these objects have no association"));
    }
    for (const auto* end : {&from, &to}) {
        if (end->records.find(end->id) == nullptr) {
            return std::unexpected(not_found(end->id));
        }
    }
    const auto* back = direction(to.records.type(), from.records.type());
    const bool is_new = add(from, to);
    add(to, from);
    if (is_new) {
        effects_.created(
            "associations",
            {{"pair",
              std::string(from.records.type().plural) + ":" + from.id + ">" +
                  std::string(to.records.type().plural) + ":" + to.id}}
        );
    }
    json::array results;
    results.push_back(result(from, to, there->type));
    results.push_back(result(to, from, back->type));
    return results;
}

Response Associations::put_default(const End& from, const End& to) {
    auto results = associate(from, to);
    return results ? batch_answer(200, std::move(*results), {}, iso_time(from.records.now()))
                   : refusal(results.error());
}

Response Associations::batch_default(Records& from, Records& to, std::string_view body) {
    boost::system::error_code error;
    const auto parsed = json::parse(body, error);
    const auto* object = error ? nullptr : parsed.if_object();
    const auto* inputs = object == nullptr ? nullptr : object->if_contains("inputs");
    if (inputs == nullptr || !inputs->is_array() || inputs->get_array().empty() ||
        inputs->get_array().size() > kMostPairs) {
        return refusal(invalid_request("inputs is a list of 1 to 2000 pairs"));
    }
    if (direction(from.type(), to.type()) == nullptr) {
        return refusal(invalid_request("these objects have no association"));
    }
    json::array results;
    json::array errors;
    for (const auto& input : inputs->get_array()) {
        const End source{from, id_at(input, "from")};
        const End target{to, id_at(input, "to")};
        auto made = associate(source, target);
        if (!made) {
            auto refused = std::move(made.error());
            refused.context.clear();
            errors.push_back(batch_error(refused, {}));
            continue;
        }
        for (auto& one : *made) {
            results.insert(results.begin(), std::move(one));
        }
    }
    return batch_answer(200, std::move(results), std::move(errors), iso_time(from.now()));
}

Response Associations::list(const End& from, const ObjectType& to) const {
    if (from.records.find(from.id) == nullptr) {
        return refusal(not_found(from.id));
    }
    json::array results;
    const auto held = types_.find({from.records.type().plural, from.id, to.plural});
    if (held != types_.end()) {
        for (const auto& [id, types] : held->second) {
            json::array kinds;
            for (const int type : types) {
                kinds.push_back(
                    json::object{{"category", "HUBSPOT_DEFINED"}, {"typeId", type}, {"label", nullptr}}
                );
            }
            results.push_back(json::object{{"toObjectId", id}, {"associationTypes", std::move(kinds)}});
        }
    }
    return json_answer(200, {{"results", std::move(results)}});
}

void Associations::forget(const ObjectType& type, const std::string& id) {
    for (const auto& other : object_types) {
        types_.erase({type.plural, id, other.plural});
    }
    for (auto& [place, held] : types_) {
        if (std::get<2>(place) == type.plural) {
            held.erase(id);
        }
    }
}

}  // namespace navette::standin::hubspot
