// SOQL, the part of it that programs use to read changes: one object, conditions, an order, a limit. Pure.
#pragma once

#include "tests/standin/salesforce_org.hpp"

#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace navette::standin {

/// One condition, or several joined.
struct SoqlCondition {
    enum class Kind { all, any, none, compare };

    Kind kind = Kind::all;
    std::vector<SoqlCondition> parts;
    std::string field;
    std::string comparison;  // "=", "!=", "<", "<=", ">", ">=", "LIKE", "IN"
    std::vector<boost::json::value> values;
};

struct SoqlOrder {
    std::string field;
    bool descending = false;
};

struct SoqlQuery {
    std::vector<std::string> fields;
    std::string object;
    SoqlCondition where;
    std::vector<SoqlOrder> order;
    std::size_t limit = static_cast<std::size_t>(-1);
};

/// Fails with MALFORMED_QUERY. AND and OR side by side need parentheses, as in Salesforce.
std::expected<SoqlQuery, SalesforceError> parse_soql(std::string_view text);

/// Why Salesforce does not carry the query out, whose object it knows: an unknown field, a time in quotation
/// marks.
std::optional<SalesforceError> refused_query(const SalesforceObject& object, const SoqlQuery& query);

/// The value of a field, those that Salesforce keeps by itself included.
boost::json::value value_of(
    const SalesforceObject& object, const SalesforceRecord& record, std::string_view field
);

/// The records that the query finds, in its order; deleted ones among them where it says so.
std::vector<const SalesforceRecord*> run_soql(
    const SalesforceObject& object,
    const std::map<std::string, SalesforceRecord>& records,
    const SoqlQuery& query,
    bool with_deleted
);

/// Whether a text fits a pattern of LIKE: % for any characters, _ for one, "\_" and "\%" for themselves;
/// without regard to case.
bool fits_like(std::string_view text, std::string_view pattern);

}  // namespace navette::standin
