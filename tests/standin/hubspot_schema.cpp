#include "tests/standin/hubspot_schema.hpp"

#include "tests/standin/hubspot_properties.hpp"

#include <navette/sdk/timestamp.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace navette::standin::hubspot {

namespace json = boost::json;

namespace {

constexpr std::size_t kLongestText = 65'536;
constexpr std::size_t kMostUnique = 10;

bool is_listed(std::string_view list, std::string_view wanted) {
    while (!list.empty()) {
        const auto one = list.substr(0, list.find(','));
        if (one == wanted) {
            return true;
        }
        list.remove_prefix(std::min(list.size(), one.size() + 1));
    }
    return false;
}

bool is_number(std::string_view text) {
    double number = 0;
    const auto* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && rest == end;
}

bool looks_like_email(std::string_view text) {
    const auto at = text.find('@');
    return at != 0 && at != std::string_view::npos && text.find('.', at) != std::string_view::npos &&
           text.find(' ') == std::string_view::npos && text.find('@', at + 1) == std::string_view::npos;
}

std::string lower(std::string_view text) {
    std::string made(text);
    std::ranges::transform(made, made.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return made;
}

bool is_set(const json::object& fields, std::string_view name) {
    const auto* value = fields.if_contains(name);
    return value != nullptr && value->is_string() && !value->get_string().empty();
}

Refused one_fault(std::string_view property, std::string code, std::string message) {
    return invalid_properties({{std::string(property), std::move(code), std::move(message)}});
}

}  // namespace

const ObjectType* find_type(std::string_view name) {
    const auto* found = std::ranges::find_if(object_types, [&](const ObjectType& type) {
        return type.name == name || type.plural == name || type.id == name;
    });
    return found == object_types.end() ? nullptr : found;
}

std::optional<std::int64_t> time_of(std::string_view text) {
    if (const auto number = sdk::to_integer(text)) {
        return number;
    }
    constexpr std::size_t kDay = 10;
    const auto instant =
        sdk::from_iso_text(text.size() == kDay ? std::string(text) + "T00:00:00Z" : std::string(text));
    return instant ? std::optional<std::int64_t>(instant->time_since_epoch().count()) : std::nullopt;
}

Schema::Schema(SchemaRules rules) : rules_(std::move(rules)) {
    reset();
}

void Schema::reset() {
    for (const auto& type : object_types) {
        auto& all = properties_[type.plural] = built_in_properties(type);
        if (std::ranges::find(rules_.without_key, type.plural) == rules_.without_key.end()) {
            all[rules_.key_property] = {ValueKind::text, "", false, true};
        }
    }
}

const Property* Schema::find(const ObjectType& type, std::string_view name) const {
    const auto& all = properties_.at(type.plural);
    const auto found = all.find(name);
    return found == all.end() ? nullptr : &found->second;
}

Checked<std::string> Schema::value(const ObjectType& type, std::string_view name, std::string_view text)
    const {
    const auto quoted = "\"" + std::string(name) + "\"";
    const auto* property = find(type, name);
    if (property == nullptr) {
        return std::unexpected(
            one_fault(name, "PROPERTY_DOESNT_EXIST", "Property " + quoted + " does not exist")
        );
    }
    if (property->read_only) {
        return std::unexpected(one_fault(name, "READ_ONLY_VALUE", quoted + " is a read only property"));
    }
    if (text.empty()) {
        return std::string();
    }
    const auto said = std::string(text.substr(0, 80));
    switch (property->kind) {
        case ValueKind::number:
            if (!is_number(text)) {
                return std::unexpected(
                    one_fault(name, "INVALID_INTEGER", said + " was not a valid number for " + quoted)
                );
            }
            return std::string(text);
        case ValueKind::choice:
            if (!is_listed(property->choices, text)) {
                return std::unexpected(one_fault(
                    name, "INVALID_OPTION", said + " was not one of the allowed options of " + quoted
                ));
            }
            return std::string(text);
        case ValueKind::time:
            if (const auto time = time_of(text)) {
                return iso_time(*time);
            }
            return std::unexpected(
                one_fault(name, "INVALID_DATE", said + " was not a valid time for " + quoted)
            );
        case ValueKind::text:
            break;
    }
    if (text.size() > kLongestText) {
        return std::unexpected(one_fault(name, "INVALID_LENGTH", quoted + " is longer than 65536 characters")
        );
    }
    if (type.name == "contact" && name == "email") {
        if (!looks_like_email(text)) {
            return std::unexpected(one_fault(name, "INVALID_EMAIL", "Email address " + said + " is invalid"));
        }
        return lower(text);
    }
    return std::string(text);
}

Checked<json::object> Schema::checked(const ObjectType& type, const json::object& properties) const {
    json::object kept;
    Refused refused;
    for (const auto& [name, given] : properties) {
        if (!given.is_string()) {
            return std::unexpected(
                invalid_request("Invalid input JSON: the value of " + std::string(name) + " is no text")
            );
        }
        auto taken_value = value(type, name, given.get_string());
        if (taken_value) {
            kept[name] = std::move(*taken_value);
            continue;
        }
        if (refused.category.empty()) {
            refused = std::move(taken_value.error());
        } else {
            refused.errors.push_back(taken_value.error().errors.front());
        }
    }
    if (!refused.category.empty()) {
        return std::unexpected(std::move(refused));
    }
    return kept;
}

Checked<void> Schema::complete(const ObjectType& type, const json::object& fields, bool strict) const {
    std::vector<std::string> missing;
    const auto demand = [&](const std::string& name) {
        if (!is_set(fields, name)) {
            missing.push_back(name);
        }
    };
    if (type.name == "company" && !is_set(fields, "name") && !is_set(fields, "domain")) {
        missing.emplace_back("name");
    } else if (type.name == "deal") {
        demand("dealname");
        demand("dealstage");
    } else if (type.name == "note" || type.name == "call") {
        demand("hs_timestamp");
    }
    for (const auto& rule : rules_.required) {
        if (strict && rule.starts_with(std::string(type.plural) + ".")) {
            demand(rule.substr(type.plural.size() + 1));
        }
    }
    if (missing.empty()) {
        return {};
    }
    auto refused = invalid_request(
        "Error creating " + std::string(type.name) + ". Some required properties were not set."
    );
    json::array names;
    for (const auto& name : missing) {
        names.push_back(json::string(name));
        refused.errors.push_back(
            {{"message", name + " is required"},
             {"code", "MISSING_REQUIRED_PROPERTY"},
             {"context", {{"propertyName", json::array{json::string(name)}}}}}
        );
    }
    refused.context["properties"] = std::move(names);
    return std::unexpected(std::move(refused));
}

Response Schema::create(const ObjectType& type, const Request& request) {
    boost::system::error_code error;
    const auto body = json::parse(request.body, error);
    const auto* fields = error ? nullptr : body.if_object();
    for (const auto* name : {"name", "label", "type", "fieldType", "groupName"}) {
        if (fields == nullptr || !is_set(*fields, name)) {
            return refusal(invalid_request("Invalid input JSON: " + std::string(name) + " is required"));
        }
    }
    const std::string name(fields->at("name").get_string());
    auto& all = properties_.at(type.plural);
    if (all.contains(name)) {
        return refusal({409, "OBJECT_ALREADY_EXISTS", "Property " + name + " already exists", {}, {}});
    }
    const auto* unique = fields->if_contains("hasUniqueValue");
    Property made;
    made.unique = unique != nullptr && unique->is_bool() && unique->get_bool();
    made.kind = fields->at("type") == "number" ? ValueKind::number : ValueKind::text;
    const auto count = std::ranges::count_if(all, [](const auto& one) { return one.second.unique; });
    if (made.unique && static_cast<std::size_t>(count) >= kMostUnique) {
        return refusal(invalid_request("an object has at most 10 unique properties"));
    }
    all[name] = made;
    return json_answer(201, *fields);
}

Response Schema::answer(const ObjectType& type, std::string_view name, const Request& request) {
    if (request.method == "POST" && name.empty()) {
        return create(type, request);
    }
    const auto* property = find(type, name);
    if (request.method != "GET" || property == nullptr) {
        return refusal({404, "OBJECT_NOT_FOUND", "no property " + std::string(name) + " is here", {}, {}});
    }
    return json_answer(
        200,
        {{"name", name},
         {"label", name},
         {"type", property->kind == ValueKind::number ? "number" : "string"},
         {"hasUniqueValue", property->unique}}
    );
}

}  // namespace navette::standin::hubspot
