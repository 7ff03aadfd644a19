#include "tests/standin/shopify_validation.hpp"

#include "tests/standin/shopify_values.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace navette::standin::graphql {

namespace json = boost::json;

namespace {

constexpr std::int64_t kLongestPage = 250;
constexpr int kMutationCost = 10;

/// The names of the variables in a value.
void collect_variables(const json::value& value, std::set<std::string>& names) {
    if (const auto* list = value.if_array()) {
        for (const auto& item : *list) {
            collect_variables(item, names);
        }
    }
    if (const auto* object = value.if_object()) {
        for (const auto& member : *object) {
            if (member.key() == "$") {
                names.insert(std::string(member.value().get_string()));
            } else {
                collect_variables(member.value(), names);
            }
        }
    }
}

class Check {
  public:
    Check(const Operation& operation, const json::object& variables, Lists lists)
        : operation_(operation), variables_(variables), lists_(lists) {}

    json::array run() {
        for (const auto& variable : operation_.variables) {
            declared_.insert(variable.name);
        }
        select(operation_.fields, operation_.is_mutation ? "Mutation" : "QueryRoot");
        for (const auto& name : used_) {
            if (!declared_.contains(name)) {
                complain("Variable $" + name + " is used but not declared", "variableNotDefined");
            }
        }
        for (const auto& variable : operation_.variables) {
            if (!used_.contains(variable.name)) {
                complain("Variable $" + variable.name + " is declared but not used", "variableNotUsed");
            }
            check_value(variable);
        }
        return std::move(errors_);
    }

  private:
    void complain(const std::string& message, std::string_view code) {
        errors_.push_back(error(message, code));
    }

    void check_value(const Variable& variable) {
        const auto* given = variables_.if_contains(variable.name);
        if (given == nullptr && (!variable.type.is_required || variable.has_default)) {
            return;
        }
        const auto wrong = complaint_about(given == nullptr ? json::value() : *given, variable.type);
        if (wrong.empty()) {
            return;
        }
        json::object problem{{"path", json::array()}, {"explanation", wrong}};
        json::object more;
        more["value"] = given == nullptr ? json::value() : *given;
        more["problems"] = json::array{std::move(problem)};
        errors_.push_back(error(
            "Variable $" + variable.name + " of type " + variable.type.text() +
                " was provided invalid value (" + wrong + ")",
            "INVALID_VARIABLE",
            std::move(more)
        ));
    }

    void check_arguments(const Field& field, const FieldType& spec) {
        for (const auto& [name, value] : field.arguments) {
            collect_variables(value, used_);
            if (!spec.arguments.contains(std::string(name))) {
                complain(
                    "Field '" + field.name + "' doesn't accept argument '" + std::string(name) + "'",
                    "argumentNotAccepted"
                );
            }
        }
        for (const auto& [name, argument] : spec.arguments) {
            if (argument.type.is_required && !argument.has_default && !field.arguments.contains(name)) {
                complain(
                    "Field '" + field.name + "' is missing required arguments: " + name,
                    "missingRequiredArguments"
                );
            }
        }
        for (const auto& directive : field.directives) {
            for (const auto& argument : directive.arguments) {
                collect_variables(argument.value(), used_);
            }
        }
        if (!is_connection(spec.type.name) || lists_ == Lists::whole) {
            return;
        }
        const auto given = with_variables(field.arguments, variables_).as_object();
        const auto* first = given.if_contains("first");
        if (first == nullptr || !first->is_int64() || first->get_int64() < 0 ||
            first->get_int64() > kLongestPage) {
            complain(
                first == nullptr ? "you must provide one of first or last"
                                 : "first must be between 0 and 250",
                "BAD_REQUEST"
            );
        }
    }

    void select(const std::vector<Field>& fields, const std::string& type_name) {
        const auto* type = Schema::admin().find(type_name);
        for (const auto& field : fields) {
            const auto* holder = field.on.empty() ? type : Schema::admin().find(field.on);
            if (holder == nullptr || !holder->fields.contains(field.name)) {
                complain(
                    "Field '" + field.name + "' doesn't exist on type '" +
                        (field.on.empty() ? type_name : field.on) + "'",
                    "undefinedField"
                );
                continue;
            }
            const auto& spec = holder->fields.at(field.name);
            check_arguments(field, spec);
            const auto* inner = Schema::admin().find(spec.type.name);
            const bool is_object = inner != nullptr && inner->kind == Type::Kind::object;
            if (is_object == field.selection.empty()) {
                complain(
                    is_object ? "Field must have selections (field '" + field.name + "' returns " +
                                    spec.type.name + " but has no selections)"
                              : "Selections can't be made on scalars (field '" + field.name + "' returns " +
                                    spec.type.name + ")",
                    "selectionMismatch"
                );
            } else if (is_object) {
                select(field.selection, spec.type.name);
            }
        }
    }

    const Operation& operation_;
    const json::object& variables_;
    Lists lists_;
    std::set<std::string> declared_;
    std::set<std::string> used_;
    json::array errors_;
};

int cost_of(const std::vector<Field>& fields, const std::string& type_name, const json::object& variables) {
    int cost = 0;
    for (const auto& field : fields) {
        const auto* type = Schema::admin().find(field.on.empty() ? type_name : field.on);
        const auto& spec = type->fields.at(field.name);
        if (type_name == "Mutation") {
            cost += kMutationCost;
        } else if (is_connection(spec.type.name)) {
            const auto given = with_variables(field.arguments, variables).as_object();
            const auto* first = given.if_contains("first");
            const auto page = first == nullptr ? 1 : static_cast<int>(first->get_int64());
            cost += 2 + page * cost_of(field.selection, spec.type.name, variables);
        } else if (!field.selection.empty() && spec.type.name != "PageInfo") {
            cost += 1 + cost_of(field.selection, spec.type.name, variables);
        }
    }
    return cost;
}

}  // namespace

json::object error(const std::string& message, std::string_view code, json::object extensions) {
    extensions["code"] = code;
    json::object made;
    made["message"] = message;
    made["extensions"] = std::move(extensions);
    return made;
}

bool is_connection(std::string_view type) {
    return type.ends_with("Connection");
}

json::array validate(const Operation& operation, const json::object& variables, Lists lists) {
    return Check(operation, variables, lists).run();
}

int requested_cost(const Operation& operation, const json::object& variables) {
    return cost_of(operation.fields, operation.is_mutation ? "Mutation" : "QueryRoot", variables);
}

}  // namespace navette::standin::graphql
