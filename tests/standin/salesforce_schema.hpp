// The objects of a Salesforce organisation and their fields, as far as the stand-in has them.
#pragma once

#include "tests/standin/salesforce_answer.hpp"

#include <boost/json/object.hpp>

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

enum class SalesforceType {
    text,
    email,
    number,
    integer,
    boolean,
    date,
    datetime,
    reference,
    picklist,
    base64
};

struct SalesforceField {
    std::string name;
    SalesforceType type = SalesforceType::text;
    std::size_t length = 0;           // of texts
    bool required = false;            // to be given and never to be emptied
    bool creatable = true;            // may be given with a new record
    bool updatable = true;            // may be changed later
    std::string refers;               // prefixes of the ids that a reference may hold, separated by blanks
    std::vector<std::string> values;  // of a restricted picklist
    bool is_key = false;              // external id and unique
};

struct SalesforceObject {
    std::string name;    // "Contact"
    std::string prefix;  // of its ids: "003"
    std::vector<SalesforceField> fields;
    bool writable = true;

    [[nodiscard]] const SalesforceField* field(std::string_view name) const;
    /// The external id field; null where the object has none.
    [[nodiscard]] const SalesforceField* key() const;
};

struct SalesforceSchemaOptions {
    std::string key_field{"Navette_Id__c"};
    std::set<std::string> keyless;    // objects without the key field
    std::set<std::string> forbidden;  // objects that the user may not write
    bool notes = true;
    bool multi_currency = false;
};

class SalesforceSchema {
  public:
    explicit SalesforceSchema(const SalesforceSchemaOptions& options);

    /// Null where the organisation knows no such object.
    [[nodiscard]] const SalesforceObject* find(std::string_view name) const;
    [[nodiscard]] const SalesforceObject* with_prefix(std::string_view id) const;
    [[nodiscard]] std::span<const SalesforceObject> all() const { return objects_; }

  private:
    std::vector<SalesforceObject> objects_;
};

/// GET /sobjects/X/describe, shortened to what programs look at.
boost::json::object description_of(const SalesforceObject& object);

/// Why a record cannot even be read: a field that there is not, or a value of another kind. Such a mistake
/// spoils the whole call. Members that are no fields (attributes, id) must be gone.
std::optional<SalesforceError> unreadable(const SalesforceObject& object, const boost::json::object& fields);

/// Why the values are refused: missing, too long, no e-mail address, not in the picklist.
std::optional<SalesforceError> refused_values(
    const SalesforceObject& object, const boost::json::object& fields, bool is_new
);

}  // namespace navette::standin
