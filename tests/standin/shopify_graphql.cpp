#include "tests/standin/shopify_graphql.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace navette::standin::graphql {

namespace json = boost::json;

namespace {

constexpr std::string_view kVariable = "$";

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',';
}
bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

json::value read_value(Lexer& lexer) {
    if (lexer.accept("$")) {
        json::object variable;
        variable[kVariable] = lexer.name();
        return variable;
    }
    if (lexer.accept("[")) {
        json::array list;
        while (!lexer.accept("]")) {
            list.push_back(read_value(lexer));
        }
        return list;
    }
    if (lexer.accept("{")) {
        json::object object;
        while (!lexer.accept("}")) {
            auto name = lexer.name();
            lexer.expect(":");
            object[name] = read_value(lexer);
        }
        return object;
    }
    const auto token = lexer.take();
    if (token.empty()) {
        throw std::invalid_argument("syntax error, unexpected end of file");
    }
    const bool is_json = token.front() == '"' || token.front() == '-' ||
                         (token.front() >= '0' && token.front() <= '9') || token == "true" ||
                         token == "false" || token == "null";
    return is_json ? json::parse(token) : json::value(token);
}

json::object read_arguments(Lexer& lexer) {
    json::object arguments;
    if (lexer.accept("(")) {
        while (!lexer.accept(")")) {
            auto name = lexer.name();
            lexer.expect(":");
            arguments[name] = read_value(lexer);
        }
    }
    return arguments;
}

std::vector<Field> read_selection(Lexer& lexer, const std::string& on) {
    std::vector<Field> fields;
    lexer.expect("{");
    while (!lexer.accept("}")) {
        if (lexer.accept("...")) {
            if (!lexer.accept("on")) {
                throw std::invalid_argument("named fragments are more than this stand-in reads");
            }
            const auto type = lexer.name();
            for (auto& field : read_selection(lexer, type)) {
                fields.push_back(std::move(field));
            }
            continue;
        }
        Field field;
        field.on = on;
        field.alias = field.name = lexer.name();
        if (lexer.accept(":")) {
            field.name = lexer.name();
        }
        field.arguments = read_arguments(lexer);
        while (lexer.accept("@")) {
            auto name = lexer.name();
            field.directives.push_back({std::move(name), read_arguments(lexer)});
        }
        if (lexer.peek() == "{") {
            field.selection = read_selection(lexer, "");
        }
        fields.push_back(std::move(field));
    }
    if (fields.empty()) {
        throw std::invalid_argument("syntax error, unexpected RCURLY (\"}\")");
    }
    return fields;
}

Operation read_operation(Lexer& lexer) {
    Operation operation;
    if (lexer.peek() != "{") {
        const auto kind = lexer.name();
        if (kind != "query" && kind != "mutation") {
            throw std::invalid_argument("syntax error, unexpected IDENTIFIER (\"" + kind + "\")");
        }
        operation.is_mutation = kind == "mutation";
        if (lexer.peek() != "{" && lexer.peek() != "(") {
            lexer.name();
        }
        if (lexer.accept("(")) {
            while (!lexer.accept(")")) {
                lexer.expect("$");
                Variable variable;
                variable.name = lexer.name();
                lexer.expect(":");
                variable.type = read_type(lexer);
                if (lexer.accept("=")) {
                    variable.has_default = true;
                    read_value(lexer);
                }
                operation.variables.push_back(std::move(variable));
            }
        }
    }
    operation.fields = read_selection(lexer, "");
    if (!lexer.peek().empty()) {
        throw std::invalid_argument("one operation is expected");
    }
    return operation;
}

}  // namespace

void Lexer::advance() {
    while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == '#')) {
        at_ = text_[at_] == '#' ? std::min(text_.find('\n', at_), text_.size()) : at_ + 1;
    }
    const auto from = at_;
    if (at_ == text_.size()) {
        token_ = {};
        return;
    }
    if (text_[at_] == '"') {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            at_ += text_[at_] == '\\' ? 1 : 0;
        }
        at_ = std::min(at_ + 1, text_.size());
    } else if (is_name(text_[at_]) || text_[at_] == '-') {
        const bool is_number = text_[at_] <= '9';
        while (at_ < text_.size() &&
               (is_name(text_[at_]) || (is_number && (text_[at_] == '-' || text_[at_] == '.')))) {
            ++at_;
        }
    } else {
        at_ += text_.substr(at_).starts_with("...") ? 3 : 1;
    }
    token_ = text_.substr(from, at_ - from);
}

std::string_view Lexer::take() {
    const auto token = token_;
    advance();
    return token;
}

bool Lexer::accept(std::string_view token) {
    if (token_ != token) {
        return false;
    }
    advance();
    return true;
}

void Lexer::expect(std::string_view token) {
    if (!accept(token)) {
        throw std::invalid_argument(
            "syntax error, unexpected " +
            (token_.empty() ? "end of file" : "\"" + std::string(token_) + "\"") + ", expecting \"" +
            std::string(token) + "\""
        );
    }
}

std::string Lexer::name() {
    if (token_.empty() || !is_name(token_.front())) {
        throw std::invalid_argument("syntax error, a name is expected at \"" + std::string(token_) + "\"");
    }
    return std::string(take());
}

std::string TypeName::text() const {
    const std::string end = is_required ? "!" : "";
    return is_list ? "[" + name + (item_is_required ? "!" : "") + "]" + end : name + end;
}

TypeName read_type(Lexer& lexer) {
    TypeName type;
    type.is_list = lexer.accept("[");
    type.name = lexer.name();
    if (type.is_list) {
        type.item_is_required = lexer.accept("!");
        lexer.expect("]");
    }
    type.is_required = lexer.accept("!");
    return type;
}

std::expected<Operation, std::string> parse_operation(std::string_view text) {
    try {
        Lexer lexer(text);
        return read_operation(lexer);
    } catch (const std::exception& wrong) {
        return std::unexpected(std::string(wrong.what()));
    }
}

json::value with_variables(const json::value& value, const json::object& variables) {
    if (const auto* list = value.if_array()) {
        json::array made;
        for (const auto& item : *list) {
            made.push_back(with_variables(item, variables));
        }
        return made;
    }
    const auto* object = value.if_object();
    if (object == nullptr) {
        return value;
    }
    const auto named = [&](const json::value& member) -> const json::value* {
        const auto* held = member.if_object();
        const auto* name = held == nullptr ? nullptr : held->if_contains(kVariable);
        return name;
    };
    if (const auto* name = named(value)) {
        const auto* given = variables.if_contains(name->get_string());
        return given == nullptr ? json::value() : *given;
    }
    json::object made;
    for (const auto& member : *object) {
        const auto* name = named(member.value());
        if (name == nullptr || variables.contains(name->get_string())) {
            made[member.key()] = with_variables(member.value(), variables);
        }
    }
    return made;
}

}  // namespace navette::standin::graphql
