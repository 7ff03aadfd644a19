#include "tests/standin/shopify_schema.hpp"

#include <stdexcept>
#include <utility>

namespace navette::standin::graphql {

namespace {

void read_arguments(Lexer& lexer, FieldType& field) {
    if (!lexer.accept("(")) {
        return;
    }
    while (!lexer.accept(")")) {
        auto name = lexer.name();
        lexer.expect(":");
        Argument argument;
        argument.type = read_type(lexer);
        argument.has_default = lexer.accept("=");
        field.arguments.emplace(std::move(name), std::move(argument));
    }
}

}  // namespace

void Schema::read(std::string_view text) {
    Lexer lexer(text);
    while (!lexer.peek().empty()) {
        const auto kind = lexer.name();
        auto& type = types_[lexer.name()];
        type.kind = kind == "enum"    ? Type::Kind::enumeration
                    : kind == "input" ? Type::Kind::input
                                      : Type::Kind::object;
        if (lexer.accept("@")) {
            type.one_of = lexer.name() == "oneOf";
        }
        lexer.expect("{");
        while (!lexer.accept("}")) {
            auto name = lexer.name();
            if (type.kind == Type::Kind::enumeration) {
                type.values.insert(std::move(name));
                continue;
            }
            FieldType field;
            read_arguments(lexer, field);
            lexer.expect(":");
            field.type = read_type(lexer);
            field.has_default = lexer.accept("=");
            type.fields.emplace(std::move(name), std::move(field));
        }
    }
}

const Schema& Schema::admin() {
    static const Schema schema = [] {
        Schema made;
        made.read(kShopifyObjects);
        made.read(kShopifyInputs);
        return made;
    }();
    return schema;
}

const Type* Schema::find(std::string_view name) const {
    const auto found = types_.find(name);
    return found == types_.end() ? nullptr : &found->second;
}

}  // namespace navette::standin::graphql
