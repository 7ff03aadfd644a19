// The objects that are read back, and how Shopify calls each of them.
#pragma once

#include "documents.hpp"
#include "joined_lines.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace navette::shopify {

struct Object {
    std::string_view name;     // the manifest's
    std::string_view list;     // the member of the answer to `pull`
    std::string_view field;    // of the answer to `fetch`
    std::string_view kind;     // in global ids: gid://shopify/<kind>/1
    std::string_view subject;  // of events
    Document pull;
    Document fetch;
    Document count;                  // how many a search finds, as `total`
    std::string_view read_all;       // what a bulk operation reads: see bulk_query_of()
    std::string_view read_all_more;  // the same with the stock at a location; empty where that is no matter
    Children children{};             // of a record in the file of a bulk operation
    int longest_page = 50;

    /// So many records and more are read by a bulk operation, which takes ten to thirty seconds whatever it
    /// reads; a page takes about a second of the budget, one of orders up to seven.
    [[nodiscard]] constexpr int bulk_from() const { return 10 * longest_page; }
};

/// Null where the connector reads no such object.
[[nodiscard]] const Object* find_object(std::string_view name);

/// What is asked for a page or a record: with the stock of a location where the integration has one.
[[nodiscard]] Document to_pull(const Object& object, const std::string& location);
[[nodiscard]] Document to_fetch(const Object& object, const std::string& location);

/// What is searched for: records that changed since that moment in UTC ("2026-05-01T10:00:00"); empty where
/// all are wanted. Customers are found by whole days only.
[[nodiscard]] std::string moment_of(std::string_view object, const std::string& since);
[[nodiscard]] std::string search_of(std::string_view object, const std::string& since);

/// The whole query of a bulk operation, which takes no variables: all records, or those that changed `since`.
/// `name` is a name in the sense of GraphQL, by which the operation is found again.
[[nodiscard]] std::string bulk_query_of(
    const Object& object, const std::string& name, const std::string& since, const std::string& location
);

}  // namespace navette::shopify
