// `sqlfilters`, Dolibarr's filter language: (t.ref:=:'X') and ((t.tms:>:'...') or
// (ef.navette_key:in:'a','b')).
#pragma once

#include "tests/standin/dolibarr_answer.hpp"
#include "tests/standin/dolibarr_table.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

class Filter {
  public:
    /// 400 on bad syntax; 503, as the SQL would fail, on an unknown column or operator. `extrafields`: their
    /// names.
    static Checked<Filter> parse(
        std::string_view text, const Layout& layout, const std::set<std::string, std::less<>>& extrafields
    );

    /// Null equals nothing, texts compare without case, numbers and times by value.
    bool matches(const Row& row) const;

  private:
    friend class FilterParser;

    struct Column {
        std::optional<std::size_t> slot;  // or else:
        std::string extrafield;
        FieldKind kind = FieldKind::text;
    };
    struct Test {
        Column column;
        std::string op;
        std::vector<std::string> values;
        std::optional<Column> other;  // an unquoted word is another column
    };
    enum class Join { all, any, test };
    struct Node {
        Join join = Join::all;
        std::vector<Node> parts;
        Test test;
    };

    static const Value& read(const Row& row, const Column& column);
    static bool holds(const Test& test, const Row& row);
    static bool matches(const Node& node, const Row& row);

    Node root_;
};

}  // namespace navette::standin
