// The objects of a HubSpot account and the properties that each has from the start.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace navette::standin::hubspot {

enum class ValueKind { text, number, choice, time };

struct Property {
    ValueKind kind = ValueKind::text;
    std::string choices;  // of ValueKind::choice, separated by commas
    bool read_only = false;
    bool unique = false;
};

struct ObjectType {
    std::string_view name;      // in webhooks: "contact"
    std::string_view plural;    // in paths: "contacts"
    std::string_view id;        // "0-1"
    std::string_view scope;     // without ".read" or ".write"
    std::string_view modified;  // the property that tells the last change
    std::string_view edited;    // a text property that people edit
};

inline constexpr std::size_t kTypes = 5;
extern const std::array<ObjectType, kTypes> object_types;

using Properties = std::map<std::string, Property, std::less<>>;  // by name

/// HubSpot's own properties of the object: those that matter here.
[[nodiscard]] Properties built_in_properties(const ObjectType& type);

}  // namespace navette::standin::hubspot
