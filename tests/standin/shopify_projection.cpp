#include "tests/standin/shopify_projection.hpp"

#include "tests/standin/shopify_validation.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <functional>
#include <utility>

namespace navette::standin::graphql {

namespace json = boost::json;

namespace {

std::string place_of(const json::array& nodes, std::size_t index) {
    const auto& node = nodes.at(index).as_object();
    if (const auto* place = node.if_contains("__cursor")) {
        return std::string(place->as_string());
    }
    const auto digits = std::to_string(index);
    return std::string(8 - std::min<std::size_t>(8, digits.size()), '0') + digits;
}

/// What a cursor is good for: the same filter and the same order only.
std::string mark_of(const json::object& arguments) {
    std::string text;
    for (const auto* name : {"query", "sortKey", "uri"}) {
        const auto* value = arguments.if_contains(name);
        text += value == nullptr ? "-" : json::serialize(*value);
    }
    return std::to_string(std::hash<std::string>()(text) % 100'000);
}

class Projection {
  public:
    explicit Projection(const json::object& variables) : variables_(variables) {}

    json::object cut(const json::object& full, const std::string& type, const std::vector<Field>& selection) {
        json::object made;
        for (const auto& field : selection) {
            const auto* kind = full.if_contains("__typename");
            if (!field.on.empty() && (kind == nullptr || kind->as_string() != field.on)) {
                continue;
            }
            const auto& spec =
                Schema::admin().find(field.on.empty() ? type : field.on)->fields.at(field.name);
            const auto* held = full.if_contains(field.name);
            const auto arguments = with_variables(field.arguments, variables_).as_object();
            if (held == nullptr || held->is_null()) {
                made[field.alias] = nullptr;
            } else if (is_connection(spec.type.name)) {
                made[field.alias] = page(held->as_array(), spec.type.name, field.selection, arguments);
            } else {
                made[field.alias] = value(narrowed(field.name, *held, arguments), spec.type.name, field);
            }
        }
        return made;
    }

    [[nodiscard]] int cost() const { return cost_; }

  private:
    json::value value(const json::value& held, const std::string& type, const Field& field) {
        if (field.selection.empty() || held.is_null()) {
            return held;
        }
        if (const auto* list = held.if_array()) {
            json::array made;
            for (const auto& item : *list) {
                made.push_back(value(item, type, field));
            }
            return made;
        }
        cost_ += type == "PageInfo" ? 0 : 1;
        return cut(held.as_object(), type, field.selection);
    }

    json::object page(
        const json::array& nodes,
        const std::string& type,
        const std::vector<Field>& selection,
        const json::object& arguments
    ) {
        cost_ += 2;
        std::size_t from = 0;
        const auto* after = arguments.if_contains("after");
        if (after != nullptr && after->is_string()) {
            const std::string cursor(after->get_string());
            const auto sign = cursor.rfind('~');
            if (sign == std::string::npos || cursor.substr(sign + 1) != mark_of(arguments)) {
                throw BadCursor("Invalid cursor for current pagination sort.");
            }
            // What changed meanwhile has a later place; what was deleted leaves none.
            while (from < nodes.size() && place_of(nodes, from) <= cursor.substr(0, sign)) {
                ++from;
            }
        }
        const auto until =
            std::min(nodes.size(), from + static_cast<std::size_t>(arguments.at("first").as_int64()));
        if (until > kDeepestPage) {
            throw BadCursor("The pagination goes beyond 25000 objects.");
        }
        json::array found(
            nodes.begin() + static_cast<std::ptrdiff_t>(from),
            nodes.begin() + static_cast<std::ptrdiff_t>(until)
        );
        json::object info;
        info["hasNextPage"] = until < nodes.size();
        info["endCursor"] = until == from
                                ? json::value()
                                : json::value(place_of(nodes, until - 1) + "~" + mark_of(arguments));
        json::object full;
        if (std::ranges::any_of(selection, [](const Field& field) { return field.name == "edges"; })) {
            json::array edges;
            for (std::size_t index = 0; index < found.size(); ++index) {
                json::object edge{{"cursor", place_of(nodes, from + index) + "~" + mark_of(arguments)}};
                edge["node"] = found[index];
                edges.push_back(std::move(edge));
            }
            full["edges"] = std::move(edges);
        }
        full["nodes"] = std::move(found);
        full["pageInfo"] = std::move(info);
        return cut(full, type, selection);
    }

    /// The few fields below the root whose arguments choose among what the full object holds.
    static json::value narrowed(
        const std::string& name, const json::value& held, const json::object& arguments
    ) {
        if (name == "inventoryLevel" && arguments.contains("locationId")) {
            for (const auto& level : held.as_array()) {
                if (level.at("location") == arguments.at("locationId")) {
                    return level;
                }
            }
            return nullptr;
        }
        if (name == "quantities") {
            json::array kept;
            for (const auto& quantity : held.as_array()) {
                const auto& names = arguments.at("names").as_array();
                if (std::ranges::find(names, quantity.at("name")) != names.end()) {
                    kept.push_back(quantity);
                }
            }
            return kept;
        }
        return held;
    }

    const json::object& variables_;
    int cost_ = 0;
};

}  // namespace

Projected project(
    const json::object& full,
    const std::string& type,
    const std::vector<Field>& selection,
    const json::object& variables
) {
    Projection projection(variables);
    auto object = projection.cut(full, type, selection);
    return {std::move(object), projection.cost()};
}

}  // namespace navette::standin::graphql
