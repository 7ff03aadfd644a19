// What the stand-in knows of the Admin API's schema (2026-10): the types that the connector uses, with the
// fields that Shopify's own introspection lists. What is not here is refused as Shopify refuses what it does
// not know.
#pragma once

#include "tests/standin/shopify_graphql.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace navette::standin::graphql {

struct Argument {
    TypeName type;
    bool has_default = false;
};

struct FieldType {
    TypeName type;
    bool has_default = false;  // of an input's field
    std::map<std::string, Argument> arguments;
};

struct Type {
    enum class Kind { object, input, enumeration };

    Kind kind = Kind::object;
    bool one_of = false;  // an input of which exactly one field is given
    std::map<std::string, FieldType> fields;
    std::set<std::string> values;  // of an enumeration
};

class Schema {
  public:
    /// The Admin API's; read once.
    static const Schema& admin();

    /// Null for scalars, and for what the stand-in does not know.
    [[nodiscard]] const Type* find(std::string_view name) const;

  private:
    void read(std::string_view text);

    std::map<std::string, Type, std::less<>> types_;
};

/// Lists of types: "type Name { field(argument:Type):Type }", "input Name @oneOf { field:Type= }" ('=' marks
/// a default), "enum Name { A B }".
extern const std::string_view kShopifyObjects;
extern const std::string_view kShopifyInputs;

}  // namespace navette::standin::graphql
