// What Salesforce says of the values that it is given.
#include "tests/standin/salesforce_id.hpp"
#include "tests/standin/salesforce_schema.hpp"

#include <navette/sdk/timestamp.hpp>

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace navette::standin {

namespace json = boost::json;

namespace {

using Type = SalesforceType;

bool is_empty(const json::value& value) {
    return value.is_null() || (value.is_string() && value.get_string().empty());
}

bool is_date(std::string_view text) {
    return text.size() == 10 && sdk::from_iso_text(std::string(text) + "T00:00:00");
}

bool is_number_text(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.-") == std::string_view::npos;
}

/// Whether the value can be read as one of the field's type. Numbers are taken as texts of digits too.
bool can_be_read(const SalesforceField& field, const json::value& value) {
    if (value.is_null()) {
        return true;
    }
    switch (field.type) {
        case Type::boolean:
            return value.is_bool();
        case Type::number:
        case Type::integer:
            return value.is_number() || (value.is_string() && is_number_text(value.get_string()));
        case Type::date:
            return value.is_string() && (value.get_string().empty() || is_date(value.get_string()));
        case Type::datetime:
            return value.is_string();
        default:
            return value.is_string() || value.is_number() || value.is_bool();
    }
}

std::string_view java_type(Type type) {
    switch (type) {
        case Type::number:
            return "double";
        case Type::integer:
            return "int";
        case Type::boolean:
            return "boolean";
        case Type::date:
            return "date";
        default:
            return "string";
    }
}

/// Much less than Salesforce's own rule, and enough to tell an address from none.
bool is_email(std::string_view text) {
    const auto at = text.find('@');
    return at != std::string_view::npos && at > 0 && text.find('@', at + 1) == std::string_view::npos &&
           text.find('.', at) != std::string_view::npos && text.back() != '.' &&
           text.find_first_of(" ,;<>") == std::string_view::npos;
}

bool is_base64(std::string_view text) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const auto end = std::min(text.find('='), text.size());
    return text.size() % 4 == 0 && text.size() - end <= 2 &&
           text.substr(0, end).find_first_not_of(kLetters) == std::string_view::npos &&
           text.substr(end).find_first_not_of('=') == std::string_view::npos;
}

/// Characters, of which UTF-8 may need several bytes.
std::size_t length_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::optional<SalesforceError> refused_value(const SalesforceField& field, const json::value& value) {
    if (!value.is_string() || value.get_string().empty()) {
        return std::nullopt;
    }
    const std::string_view text = value.get_string();
    const bool has_length = field.type == Type::text || field.type == Type::email;
    if (has_length && length_of(text) > field.length) {
        return SalesforceError(
            "STRING_TOO_LONG",
            field.name + ": data value too large: " + std::string(text.substr(0, 60)) +
                " (max length=" + std::to_string(field.length) + ")",
            {field.name}
        );
    }
    if (field.type == Type::email && !is_email(text)) {
        return SalesforceError(
            "INVALID_EMAIL_ADDRESS",
            field.name + ": invalid email address: " + std::string(text),
            {field.name}
        );
    }
    if (!field.values.empty() && std::ranges::find(field.values, text) == field.values.end()) {
        return SalesforceError(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            field.name + ": bad value for restricted picklist field: " + std::string(text),
            {field.name}
        );
    }
    if (field.type == Type::base64 && !is_base64(text)) {
        return SalesforceError("INVALID_BASE64_STRING", "the content is no base64", {field.name});
    }
    if (field.type == Type::reference && short_salesforce_id(text).empty()) {
        return SalesforceError(
            "MALFORMED_ID", field.name + ": id value of incorrect type: " + std::string(text), {field.name}
        );
    }
    return std::nullopt;
}

}  // namespace

std::optional<SalesforceError> unreadable(const SalesforceObject& object, const json::object& fields) {
    for (const auto& [name, value] : fields) {
        const auto* field = object.field(name);
        if (field == nullptr) {
            return SalesforceError(
                "INVALID_FIELD",
                "No such column '" + std::string(name) + "' on sobject of type " + object.name
            );
        }
        if (!can_be_read(*field, value)) {
            return SalesforceError(
                "JSON_PARSER_ERROR",
                "Cannot deserialize instance of " + std::string(java_type(field->type)) + " from value " +
                    json::serialize(value) +
                    " or request may be missing a required field at [line:1, column:1]"
            );
        }
    }
    return std::nullopt;
}

std::optional<SalesforceError> refused_values(
    const SalesforceObject& object, const json::object& fields, bool is_new
) {
    std::vector<std::string> unwritable;
    for (const auto& [name, value] : fields) {
        const auto* field = object.field(name);
        if (field != nullptr && !(is_new ? field->creatable : field->updatable)) {
            unwritable.push_back(field->name);
        }
    }
    if (!unwritable.empty()) {
        return SalesforceError(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: " + unwritable.front() +
                ". Please check the security settings of this field and verify that it is read/write for "
                "your "
                "profile or permission set.",
            unwritable
        );
    }
    std::vector<std::string> missing;
    std::string names;
    for (const auto& field : object.fields) {
        const auto* given = fields.if_contains(field.name);
        const bool lacks = given == nullptr ? is_new : is_empty(*given);
        if (field.required && lacks) {
            missing.push_back(field.name);
            names += (names.empty() ? "" : ", ") + field.name;
        }
    }
    if (!missing.empty()) {
        return SalesforceError(
            "REQUIRED_FIELD_MISSING", "Required fields are missing: [" + names + "]", std::move(missing)
        );
    }
    for (const auto& [name, value] : fields) {
        if (auto refused = refused_value(*object.field(name), value)) {
            return refused;
        }
    }
    return std::nullopt;
}

}  // namespace navette::standin
