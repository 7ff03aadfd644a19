#include "tests/standin/woocommerce_schema.hpp"

#include <algorithm>
#include <string_view>

namespace navette::standin::woocommerce {

namespace {

std::string_view type_name(Parameter::Type type) {
    switch (type) {
        case Parameter::Type::string:
            return "string";
        case Parameter::Type::integer:
            return "integer";
        case Parameter::Type::boolean:
            return "boolean";
        case Parameter::Type::array:
            return "array";
        case Parameter::Type::object:
            return "object";
    }
    return "string";
}

bool is_whole_text(const json::value& value) {
    const auto text = value.is_string() ? std::string_view(value.get_string()) : std::string_view();
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool fits(const json::value& value, Parameter::Type type) {
    switch (type) {
        case Parameter::Type::string:
            return value.is_string();
        case Parameter::Type::integer:
            return value.is_null() || value.is_int64() || is_whole_text(value);
        case Parameter::Type::boolean:
            return value.is_bool() ||
                   (value.is_string() && (value.get_string() == "true" || value.get_string() == "false"));
        case Parameter::Type::array:
            return value.is_array();
        case Parameter::Type::object:
            return value.is_object();
    }
    return false;
}

}  // namespace

std::optional<Refusal> schema_mistake(const json::object& body, const std::vector<Parameter>& parameters) {
    for (const auto& parameter : parameters) {
        const auto* value = body.if_contains(parameter.name);
        if (value == nullptr) {
            continue;
        }
        const std::string name(parameter.name);
        if (!fits(*value, parameter.type)) {
            return invalid_parameter(
                name, name + " is not of type " + std::string(type_name(parameter.type)) + "."
            );
        }
        const auto& known = parameter.values;
        if (!known.empty() && std::ranges::find(known, text_of(body, name)) == known.end()) {
            return invalid_parameter(name, name + " is not one of the allowed values.", "rest_not_in_enum");
        }
    }
    return std::nullopt;
}

void merge_metadata(json::array& held, const json::value& sent, Shop& shop) {
    if (!sent.is_array()) {
        return;
    }
    for (const auto& item : sent.get_array()) {
        if (!item.is_object()) {
            continue;
        }
        const auto& entry = item.get_object();
        const auto id = text_of(entry, "id");
        const auto key = text_of(entry, "key");
        auto* const known = std::ranges::find_if(held, [&](const json::value& one) {
            const auto& metadata = one.get_object();
            return id.empty() ? text_of(metadata, "key") == key : text_of(metadata, "id") == id;
        });
        const auto* value = entry.if_contains("value");
        if (known != held.end()) {
            known->get_object()["value"] = value == nullptr ? json::value() : *value;
        } else if (!key.empty()) {
            held.push_back(json::object{
                {"id", ++shop.last_meta}, {"key", key}, {"value", value == nullptr ? json::value() : *value}
            });
        }
    }
}

}  // namespace navette::standin::woocommerce
