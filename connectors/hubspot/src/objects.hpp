// HubSpot's names of the manifest's objects, and their fields as HubSpot wants them: texts only. Pure.
#pragma once

#include <navette/sdk/record.hpp>

#include <string>
#include <string_view>

namespace navette::hubspot {

namespace json = sdk::json;

struct Object {
    std::string_view name;        // in the manifest: "contact"
    std::string_view plural;      // in paths: "contacts"
    std::string_view modified;    // the property that tells its last change
    std::string_view properties;  // what is read of it, separated by commas
    std::string_view scope;       // what the token needs for it, as HubSpot names it
};

/// Null for an object that HubSpot's connector does not know.
[[nodiscard]] const Object* find_object(std::string_view name);

/// "/crm/objects/2026-09/contacts" and what follows, in the version that the settings name.
[[nodiscard]] std::string object_path(
    const json::object& settings, const Object& object, std::string_view rest
);

/// The property that carries our key, by the settings.
[[nodiscard]] std::string key_property(const json::object& settings);

/// The operation's fields as HubSpot's properties: every value a text, null as "" (which clears). Fields with
/// a leading underscore are turned into what HubSpot wants: `_stage`, `_duration_s`, `_note`, `_summary`.
[[nodiscard]] json::object properties_of(const sdk::Operation& operation, const json::object& settings);

/// HubSpot's properties as the mapping reads them back, in the terms in which properties_of() takes them: a
/// deal's `_stage` by the setting `stages`, its `closedate` in milliseconds since 1970.
[[nodiscard]] json::object shown_of(
    const Object& object, json::object properties, const json::object& settings
);

}  // namespace navette::hubspot
