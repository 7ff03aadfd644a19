#include "tests/standin/dolibarr_filter.hpp"

#include "tests/standin/dolibarr_compare.hpp"
#include "tests/standin/dolibarr_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace navette::standin {

namespace {

constexpr std::array<std::string_view, 12> kOperators = {
    "=", "<", ">", "<=", ">=", "!=", "like", "notlike", "in", "notin", "is", "isnot"
};

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789.-") == std::string_view::npos;
}

bool is_quoted(std::string_view text) {
    return text.size() >= 2 && text.front() == '\'' && text.back() == '\'';
}

std::string_view unquoted(std::string_view text) {
    return is_quoted(text) ? text.substr(1, text.size() - 2) : text;
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string_view::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

Refused bad_syntax() {
    return {
        400, "Error when validating parameter sqlfilters -> Filter error - Bad syntax of the search string"
    };
}

}  // namespace

/// Recursive descent; AND binds tighter than OR, as in SQL.
class FilterParser {
  public:
    FilterParser(
        std::string_view text, const Layout& layout, const std::set<std::string, std::less<>>& extrafields
    )
        : text_(text), layout_(layout), extrafields_(extrafields) {}

    Checked<Filter::Node> parse() {
        auto whole = disjunction();
        if (whole && !text_.empty()) {
            return std::unexpected(bad_syntax());
        }
        if (whole && sql_error_) {
            return std::unexpected(*sql_error_);
        }
        return whole;
    }

  private:
    using Node = Filter::Node;
    using Part = Checked<Node> (FilterParser::*)();

    Checked<Node> disjunction() { return joined("or", Filter::Join::any, &FilterParser::conjunction); }
    Checked<Node> conjunction() { return joined("and", Filter::Join::all, &FilterParser::term); }

    Checked<Node> joined(std::string_view word, Filter::Join join, Part part) {
        Node node;
        node.join = join;
        do {
            auto next = (this->*part)();
            if (!next) {
                return next;
            }
            node.parts.push_back(std::move(*next));
        } while (skip_word(word));
        return node;
    }

    Checked<Node> term() {
        skip_blanks();
        if (!text_.starts_with('(') || ++depth_ > kDeepest) {
            return std::unexpected(bad_syntax());
        }
        text_.remove_prefix(1);
        skip_blanks();
        auto inner = text_.starts_with('(') ? disjunction() : criterion();
        skip_blanks();
        if (inner && !text_.starts_with(')')) {
            return std::unexpected(bad_syntax());
        }
        if (inner) {
            text_.remove_prefix(1);
            skip_blanks();
            --depth_;
        }
        return inner;
    }

    Checked<Node> criterion() {
        const std::string_view all = text_.substr(0, text_.find_first_of("()"));
        text_.remove_prefix(all.size());
        const auto first = all.find(':');
        const auto second = first == std::string_view::npos ? first : all.find(':', first + 1);
        if (second == std::string_view::npos || second + 1 == all.size()) {
            return std::unexpected(bad_syntax());
        }
        const std::string_view name = all.substr(0, first);
        const std::string op = folded(all.substr(first + 1, second - first - 1));
        if (name.empty() || op.empty() || op.find_first_not_of("<>!=insotlke") != std::string::npos) {
            return std::unexpected(bad_syntax());
        }
        if (std::ranges::find(kOperators, op) == kOperators.end()) {
            fail("You have an error in your SQL syntax near '" + op + "'");
        }
        return test(name, op, all.substr(second + 1));
    }

    Node test(std::string_view name, const std::string& op, std::string_view value) {
        Node node;
        node.join = Filter::Join::test;
        node.test.op = op;
        node.test.column = named(name);
        if (op == "in" || op == "notin") {
            for (std::string_view rest = value; !rest.empty();) {
                const std::string_view element = rest.substr(0, rest.find(','));
                rest.remove_prefix(std::min(rest.size(), element.size() + 1));
                std::string kept(unquoted(trimmed(element)));
                std::erase(kept, ':');
                node.test.values.push_back(std::move(kept));
            }
            return node;
        }
        const bool literal =
            is_quoted(value) || is_number(value) || op.ends_with("like") || folded(value) == "null";
        if (!literal) {
            node.test.other = named(value);
        }
        node.test.values.emplace_back(unquoted(value));
        return node;
    }

    Filter::Column named(std::string_view name) {
        Filter::Column column;
        const auto dot = name.find('.');
        const std::string_view alias = dot == std::string_view::npos ? "t" : name.substr(0, dot);
        const std::string_view bare = dot == std::string_view::npos ? name : name.substr(dot + 1);
        if (alias == layout_.alias && extrafields_.contains(bare)) {
            column.extrafield = bare;
            return column;
        }
        column.slot = layout_.slot(bare);
        if (alias != "t" || bare.empty() || !column.slot) {
            fail("Unknown column '" + std::string(name) + "' in 'where clause'");
            return column;
        }
        column.kind = layout_.fields[*column.slot].kind;
        return column;
    }

    /// Dolibarr checks the syntax of the whole before the database sees any of it: kept until the end.
    void fail(const std::string& complaint) {
        if (!sql_error_) {
            sql_error_ = Refused(503, std::string(layout_.list_error) + " : " + complaint);
        }
    }

    void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size())); }

    bool skip_word(std::string_view word) {
        skip_blanks();
        if (folded(text_.substr(0, word.size())) != word) {
            return false;
        }
        text_.remove_prefix(word.size());
        return true;
    }

    static constexpr int kDeepest = 50;

    std::string_view text_;
    const Layout& layout_;
    const std::set<std::string, std::less<>>& extrafields_;
    std::optional<Refused> sql_error_;
    int depth_ = 0;
};

Checked<Filter> Filter::parse(
    std::string_view text, const Layout& layout, const std::set<std::string, std::less<>>& extrafields
) {
    // Dolibarr, too, puts one more pair of parentheses around what does not begin and end with one.
    const bool enclosed = text.starts_with('(') && text.ends_with(')');
    const std::string filter = enclosed ? std::string(text) : "(" + std::string(text) + ")";
    auto root = FilterParser(filter, layout, extrafields).parse();
    if (!root) {
        return std::unexpected(root.error());
    }
    Filter parsed;
    parsed.root_ = std::move(*root);
    return parsed;
}

const Value& Filter::read(const Row& row, const Column& column) {
    static const Value kNull;
    if (column.slot) {
        return row.at(*column.slot);
    }
    const auto found = row.extra.find(column.extrafield);
    return found == row.extra.end() ? kNull : found->second;
}

bool Filter::holds(const Test& test, const Row& row) {
    const Value& stored = read(row, test.column);
    if (test.op == "is" || test.op == "isnot") {
        return stored.has_value() == (test.op == "isnot");
    }
    if (!stored) {
        return false;
    }
    const auto equals = [&](const std::string& value) {
        return compared(test.column.kind, *stored, value) == 0;
    };
    if (test.op == "in" || test.op == "notin") {
        return std::ranges::any_of(test.values, equals) == (test.op == "in");
    }
    if (test.op.ends_with("like")) {
        return is_like(*stored, test.values.front()) == (test.op == "like");
    }
    const Value value = test.other ? read(row, *test.other) : Value(test.values.front());
    if (!value) {
        return false;
    }
    if (test.column.kind == FieldKind::moment && !is_time_literal(*value)) {
        return true;
    }
    const int order = compared(test.column.kind, *stored, *value);
    const bool smaller = order < 0 && test.op.starts_with('<');
    const bool greater = order > 0 && test.op.starts_with('>');
    const bool equal = order == 0 && test.op.ends_with('=') && test.op != "!=";
    return smaller || greater || equal || (order != 0 && test.op == "!=");
}

bool Filter::matches(const Node& node, const Row& row) {
    const auto part_matches = [&](const Node& part) { return matches(part, row); };
    switch (node.join) {
        case Join::all:
            return std::ranges::all_of(node.parts, part_matches);
        case Join::any:
            return std::ranges::any_of(node.parts, part_matches);
        case Join::test:
            return holds(node.test, row);
    }
    return false;
}

bool Filter::matches(const Row& row) const {
    return matches(root_, row);
}

}  // namespace navette::standin
