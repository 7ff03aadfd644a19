#include "tests/standin/shopify_values.hpp"

#include "tests/standin/shopify_schema.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin::graphql {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestList = 250;

std::string of_scalar(const json::value& value, const std::string& name) {
    const auto could_not = "Could not coerce value " + json::serialize(value) + " to " + name;
    if (name == "Int") {
        return value.is_int64() ? "" : could_not;
    }
    if (name == "Boolean") {
        return value.is_bool() ? "" : could_not;
    }
    if (name == "String" || name == "DateTime") {
        return value.is_string() ? "" : could_not;
    }
    if (name == "CurrencyCode" || name == "CountryCode") {
        const std::size_t length = name == "CountryCode" ? 2 : 3;
        const bool is_code =
            value.is_string() && value.get_string().size() == length &&
            std::ranges::all_of(value.get_string(), [](char c) { return c >= 'A' && c <= 'Z'; });
        return is_code ? "" : "Expected " + json::serialize(value) + " to be one of: the codes of ISO";
    }
    if (name == "ID") {
        const bool is_global = value.is_string() && value.get_string().starts_with("gid://shopify/");
        return is_global ? "" : "Invalid global id '" + json::serialize(value) + "'";
    }
    if (name == "Money" || name == "Decimal") {
        const auto text = value.is_string() ? std::string(value.get_string()) : json::serialize(value);
        const bool is_number = !text.empty() && text.find_first_not_of("0123456789.-") == std::string::npos;
        return is_number ? "" : "invalid decimal value";
    }
    return {};
}

std::string of_enumeration(const json::value& value, const Type& type) {
    if (value.is_string() && type.values.contains(std::string(value.get_string()))) {
        return {};
    }
    std::string all;
    for (const auto& name : type.values) {
        all += (all.empty() ? "" : ", ") + name;
    }
    return "Expected " + json::serialize(value) + " to be one of: " + all;
}

std::string of_input(const json::value& value, const std::string& name, const Type& type) {
    const auto* object = value.if_object();
    if (object == nullptr) {
        return "Expected " + json::serialize(value) + " to be a key-value object.";
    }
    for (const auto& member : *object) {
        const auto field = type.fields.find(std::string(member.key()));
        if (field == type.fields.end()) {
            return std::string(member.key()) + ": Field is not defined on " + name;
        }
        if (auto wrong = complaint_about(member.value(), field->second.type); !wrong.empty()) {
            return std::string(member.key()) + ": " + wrong;
        }
    }
    for (const auto& [field, spec] : type.fields) {
        if (spec.type.is_required && !spec.has_default && !object->contains(field)) {
            return field + ": Expected value to not be null";
        }
    }
    if (type.one_of && object->size() != 1) {
        return "'" + name + "' requires exactly one argument, but " + std::to_string(object->size()) +
               " were provided.";
    }
    return {};
}

std::string of_one(const json::value& value, const std::string& name) {
    if (const auto* type = Schema::admin().find(name)) {
        return type->kind == Type::Kind::enumeration ? of_enumeration(value, *type)
                                                     : of_input(value, name, *type);
    }
    return of_scalar(value, name);
}

}  // namespace

std::string complaint_about(const json::value& value, const TypeName& type) {
    if (value.is_null()) {
        return type.is_required ? "Expected value to not be null" : "";
    }
    if (!type.is_list) {
        return of_one(value, type.name);
    }
    const auto* list = value.if_array();
    if (list == nullptr) {
        return of_one(value, type.name);  // a single value counts as a list of one
    }
    if (list->size() > kLongestList) {
        return "The input array size of " + std::to_string(list->size()) +
               " is greater than the maximum allowed of 250";
    }
    for (const auto& item : *list) {
        if (item.is_null() && type.item_is_required) {
            return "Expected value to not be null";
        }
        if (auto wrong = item.is_null() ? std::string() : of_one(item, type.name); !wrong.empty()) {
            return wrong;
        }
    }
    return {};
}

}  // namespace navette::standin::graphql
