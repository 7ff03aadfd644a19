// Which objects and properties a HubSpot account has, and which values it takes for them.
#pragma once

#include "tests/standin/hubspot_answer.hpp"
#include "tests/standin/hubspot_properties.hpp"

#include <boost/json/object.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin::hubspot {

/// The type by its name in the singular or plural, or by its id; null where there is none.
[[nodiscard]] const ObjectType* find_type(std::string_view name);

/// Milliseconds since 1970 of "1767225600000", "2026-01-01" or "2026-01-01T00:00:00Z".
[[nodiscard]] std::optional<std::int64_t> time_of(std::string_view text);

/// What the administrator of the account may have set up.
struct SchemaRules {
    std::string key_property;              // a unique text property on every object but
    std::vector<std::string> without_key;  // these, in the plural
    std::vector<std::string> required;     // "contacts.phone": for new records, from 2026-09 on
};

class Schema {
  public:
    explicit Schema(SchemaRules rules);

    /// Null where the object has no such property.
    [[nodiscard]] const Property* find(const ObjectType& type, std::string_view name) const;

    /// The values as HubSpot keeps them, "" where one is to be cleared; refused where a property is unknown
    /// or read-only, or does not take its value. Values that are no texts refuse the request as such.
    [[nodiscard]] Checked<boost::json::object> checked(
        const ObjectType& type, const boost::json::object& properties
    ) const;

    /// Whether a new record has all that it needs. The account's own rules count where `strict`.
    [[nodiscard]] Checked<void> complete(
        const ObjectType& type, const boost::json::object& fields, bool strict
    ) const;

    /// Answers GET and POST of /crm/properties/V/{type}[/{name}].
    Response answer(const ObjectType& type, std::string_view name, const Request& request);

    /// Forgets the properties that were made since the start.
    void reset();

  private:
    [[nodiscard]] Checked<std::string> value(
        const ObjectType& type, std::string_view name, std::string_view text
    ) const;
    Response create(const ObjectType& type, const Request& request);

    SchemaRules rules_;
    std::map<std::string_view, Properties> properties_;  // by plural
};

}  // namespace navette::standin::hubspot
