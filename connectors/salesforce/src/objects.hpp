// Salesforce's names of the manifest's objects, and their fields as Salesforce wants them. Pure.
#pragma once

#include <navette/sdk/record.hpp>

#include <span>
#include <string>
#include <string_view>

namespace navette::salesforce {

namespace json = sdk::json;

struct Object {
    std::string_view name;    // in the manifest: "company"
    std::string_view type;    // Salesforce's: "Account"
    std::string_view prefix;  // what its ids begin with
    std::string_view fields;  // what is read of it, separated by commas
    bool changes_can_be_read;
};

/// Those that carry our key in a field of their own; a note does not.
[[nodiscard]] std::span<const Object> keyed_objects();

/// Null for an object that carries no key, or that the connector does not know.
[[nodiscard]] const Object* find_object(std::string_view name);

/// "/services/data/v68.0" and what follows, in the version that the settings name.
[[nodiscard]] std::string data_path(const json::object& settings, std::string_view rest);

/// The API name of the field that carries our key.
[[nodiscard]] std::string key_field(const json::object& settings);

/// What is read of an object, with the fields that the settings add.
[[nodiscard]] std::string fields_to_read(const json::object& settings, const Object& object);

/// The operation's fields as Salesforce's, with its parents. Fields with a leading underscore are turned into
/// what Salesforce wants: `_amount`, `_currency`, `_stage`. Where no record is linked, what Salesforce
/// demands of a new one and the application may not have is added.
[[nodiscard]] json::object fields_of(
    const Object& object, const sdk::Operation& operation, const json::object& settings, sdk::Instant now
);

/// A record's fields as the mapping reads them back, in the terms in which fields_of() takes them: a deal's
/// `_amount`, its `_stage` by the setting `stages`, and its `_currency` where the organisation has several.
[[nodiscard]] json::object shown_of(const Object& object, json::object fields, const json::object& settings);

/// A text as a literal of SOQL, in quotation marks.
[[nodiscard]] std::string soql_text(std::string_view text);

}  // namespace navette::salesforce
