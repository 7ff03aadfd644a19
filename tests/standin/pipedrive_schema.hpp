// The objects of Pipedrive's API version 2: their fields, and what a write may put into them. Version 2 is
// strict: "120" is no number and 1 no boolean.
#pragma once

#include "tests/standin/pipedrive_environment.hpp"

#include <span>
#include <string_view>

namespace navette::standin::pipedrive {

enum class FieldKind {
    text,
    number,
    integer,
    boolean,
    day,           // YYYY-MM-DD
    clock,         // HH:MM or HH:MM:SS
    points,        // e-mail addresses, phones: [{"value","primary","label"}]
    participants,  // [{"person_id","primary"}]
    person,        // the id of a record that must be there
    organization,
    deal,
    status,       // of a deal
    stage,        // of a pipeline
    type,         // of an activity
    currency,     // three capital letters
    synced_only,  // refused while Contact Sync is off
    read_only,    // silently ignored
};

struct Field {
    std::string_view name;
    FieldKind kind;
};

struct Layout {
    std::string_view kind;        // "persons"
    std::string_view single;      // "person"
    std::string_view object;      // as navette's manifest calls it: "contact"
    std::string_view field_list;  // "personFields"; empty where it has no custom fields
    std::string_view title;       // the field that names it: "name"
    bool title_required = true;
    std::span<const Field> fields;
};

/// Persons, organizations, deals, activities.
std::span<const Layout> layouts();

/// The layout of that kind, null where version 2 does not have it.
const Layout* find_layout(std::string_view kind);

/// The value as it is kept, or why it is refused. Null clears a field.
Checked<json::value> checked(Environment& environment, const Field& field, const json::value& value);

}  // namespace navette::standin::pipedrive
