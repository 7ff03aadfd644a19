// Bulk API 2.0, for the first load of a large stock: thousands of records in a handful of calls.
#pragma once

#include "objects.hpp"

#include <navette/sdk/connector.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace navette::salesforce {

/// So many new records and more go by a bulk job: below that it takes longer than collections do.
inline constexpr std::size_t kBulkFrom = 2000;

/// What a job came to.
struct BulkResult {
    std::map<std::string, std::string> ids;  // of the records that were surely written, by their keys
    bool is_open = false;                    // nobody knows whether Salesforce is still at work on the others
};

/// Upserts the records by the key field in one job and waits for it, for ten minutes at most; a job that is
/// not done by then is aborted. Whatever is missing in the result (refused, not reached, no answer) may be
/// sent again as a collection, which tells why: the same key finds what the job made. Remarks on a job that
/// came to nothing.
sdk::Task<BulkResult> upsert_in_bulk(
    sdk::Session& session, const Object* object, std::vector<json::object> records
);

/// The records as CSV with a heading: a column for each field that any of them has. A field that a record
/// lacks is left empty, which leaves it alone; null and the empty text are #N/A, which empties it. Pure.
[[nodiscard]] std::string csv_of(const std::vector<json::object>& records);

/// Two columns of a CSV text with a heading: the values of `from` to those of `to`; empty where either column
/// is missing. Pure.
[[nodiscard]] std::map<std::string, std::string> columns_of(
    std::string_view csv, std::string_view from, std::string_view to
);

}  // namespace navette::salesforce
