// Records on their way into a collection, and what came of each.
#pragma once

#include "objects.hpp"

#include <navette/sdk/connector.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace navette::salesforce {

/// What one collection holds.
inline constexpr std::size_t kMostRows = 200;

/// Where an operation stands in the batch, and what is sent for it.
struct Row {
    std::size_t at;
    json::object record;
};

/// What came of a row. `code` and `error` are Salesforce's, where it refused the record.
struct Result {
    sdk::Outcome outcome;
    std::string code;
    json::value error;
};

/// An item of a collection's answer; an unreadable one leaves open what happened. Pure.
[[nodiscard]] Result result_of(const json::value& entry);

/// The record as a collection wants it. Pure.
[[nodiscard]] json::object record_of(std::string_view type, json::object fields);

/// The row that changes the record of that id. Pure.
[[nodiscard]] Row linked_row(
    std::size_t at, std::string_view type, const std::string& id, json::object fields
);

/// Sends any number of rows to a collection's path and returns a result for each, in their order. `are_new`:
/// they are upserts by our key, and thousands of them go by a bulk job first.
sdk::Task<std::vector<Result>> send_all(
    sdk::Session& session, const Object* object, std::string path, std::vector<Row> rows, bool are_new
);

/// Changes one record by its id.
sdk::Task<Result> update_one(sdk::Session& session, std::string type, std::string id, json::object fields);

}  // namespace navette::salesforce
