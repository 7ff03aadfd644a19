// The SQL that has a source's tables captured by triggers, and that removes them. Pure: what the catalogue
// knows is handed in, statements come out, for running or for showing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace navette::store {

/// A table whose writes are captured.
struct CaptureTarget {
    std::string schema;
    std::string table;
    /// A column's name, or an SQL expression over the row `r`, that gives the source's key.
    std::string key;
    /// Row by row instead of by statement: a statement's triggers belong to the table that it names, and so
    /// miss what is written to a partition directly.
    bool partitioned = false;
    bool decides = false;  // its deleted rows are deleted records
};

/// A trigger that stands already.
struct CaptureTrigger {
    std::string schema;
    std::string table;
    std::string name;
};

/// What stands in a database of a source's capture.
struct CaptureStanding {
    bool has_schema = false;  // the schema navette
    bool has_tables = false;  // navette.captures and navette.captured
    std::vector<CaptureTrigger> triggers;
    std::vector<std::string> functions;
    bool last = false;            // no other source is attached there
    bool schema_is_ours = false;  // and the schema holds nothing else
};

struct CapturePlan {
    std::string source;
    std::string definition;  // JSON: the tables and keys as configured, to know an older attachment by
    std::vector<CaptureTarget> targets;
    std::string reader;  // the role that reads what was captured, where it is not the one that attaches
};

/// A name in double quotes, quotes inside doubled.
[[nodiscard]] std::string quoted_identifier(std::string_view name);
/// A text in single quotes, quotes inside doubled.
[[nodiscard]] std::string quoted_literal(std::string_view text);

/// Whether a key is meant as a column's name: letters, digits and "_", not beginning with a digit.
[[nodiscard]] bool is_column_name(std::string_view key);

/// The key of the row `r` as an SQL expression of type text.
[[nodiscard]] std::string key_expression(std::string_view key);

/// Statements that make the capture as planned, whatever stands of it already. To be run as one transaction.
[[nodiscard]] std::vector<std::string> attach_statements(
    const CapturePlan& plan, const CaptureStanding& standing
);

/// Statements that remove all of it; none where nothing stands.
[[nodiscard]] std::vector<std::string> detach_statements(
    const std::string& source, const CaptureStanding& standing
);

}  // namespace navette::store
