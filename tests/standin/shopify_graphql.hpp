// The text of GraphQL: documents as clients send them, and types as a schema lists them.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin::graphql {

/// One token at a time; commas and comments are white space. An empty token is the end.
class Lexer {
  public:
    explicit Lexer(std::string_view text) : text_(text) { advance(); }

    [[nodiscard]] std::string_view peek() const { return token_; }
    std::string_view take();
    /// Takes the token if it is this one.
    bool accept(std::string_view token);
    /// Takes the token, which must be this one; throws std::invalid_argument otherwise.
    void expect(std::string_view token);
    /// Takes a name; throws otherwise.
    std::string name();

  private:
    void advance();

    std::string_view text_;
    std::size_t at_ = 0;
    std::string_view token_;
};

/// "[String!]!", lists of lists left out.
struct TypeName {
    std::string name;
    bool is_list = false;
    bool is_required = false;
    bool item_is_required = false;

    [[nodiscard]] std::string text() const;
};

struct Variable {
    std::string name;
    TypeName type;
    bool has_default = false;
};

/// A value in a document: JSON, an enum's value as text, a variable as {"$": name}.
struct Directive {
    std::string name;
    boost::json::object arguments;
};

struct Field {
    std::string name;
    std::string alias;  // equal to the name where none is given
    std::string on;     // the type of the fragment `... on Type` that holds it; empty outside of one
    boost::json::object arguments;
    std::vector<Directive> directives;
    std::vector<Field> selection;
};

struct Operation {
    bool is_mutation = false;
    std::vector<Variable> variables;
    std::vector<Field> fields;
};

/// One operation without named fragments; else what is wrong with the text.
[[nodiscard]] std::expected<Operation, std::string> parse_operation(std::string_view text);

/// Reads a type's name with its brackets and marks.
[[nodiscard]] TypeName read_type(Lexer& lexer);

/// The value with its variables replaced; members whose variable was not given are left out.
[[nodiscard]] boost::json::value with_variables(
    const boost::json::value& value, const boost::json::object& variables
);

}  // namespace navette::standin::graphql
