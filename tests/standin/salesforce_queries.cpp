#include "tests/standin/salesforce_queries.hpp"

#include "tests/standin/salesforce_id.hpp"
#include "tests/standin/salesforce_soql.hpp"

#include <navette/sdk/foreign_json.hpp>

#include <boost/json.hpp>

#include <algorithm>

namespace navette::standin {

namespace json = boost::json;

namespace {

// A user holds so many cursors; the oldest goes when another is opened.
constexpr std::size_t kMostCursors = 10;

}  // namespace

SalesforceAnswer SalesforceQueries::answer(const SalesforceCall& call) {
    if (call.method != "GET") {
        return wrong_method(call.method);
    }
    if (call.path.size() > 1) {
        return further(call);
    }
    const auto query = parse_soql(call.parameter("q"));
    if (!query) {
        return refused_call(400, query.error());
    }
    const auto* object = org_.schema().find(query->object);
    if (object == nullptr) {
        return refused_call(
            400,
            {"INVALID_TYPE",
             "sObject type '" + query->object +
                 "' is not supported. If you are attempting to use a custom object, be sure to append the "
                 "'__c' after the entity name."}
        );
    }
    if (auto refused = refused_query(*object, *query)) {
        return refused_call(400, *refused);
    }
    std::map<std::string, SalesforceRecord> organization;
    if (object->name == "Organization") {
        organization[short_salesforce_id(organization_id_)].id = organization_id_;
    }
    const auto& records = object->name == "Organization" ? organization : org_.records(*object);
    Cursor cursor;
    for (const auto* record : run_soql(*object, records, *query, call.part(0) == "queryAll")) {
        json::object row;
        row["attributes"] = {
            {"type", object->name}, {"url", call.address("/sobjects/" + object->name + "/" + record->id)}
        };
        for (const auto& field : query->fields) {
            row[field] = value_of(*object, *record, field);
        }
        cursor.rows.emplace_back(std::move(row));
    }
    cursor.id = make_salesforce_id("01g", ++last_);
    auto answer = page_of(cursor, 0, call);
    if (cursor.rows.size() > page_) {
        cursors_.push_back(std::move(cursor));
        if (cursors_.size() > kMostCursors) {
            cursors_.pop_front();
        }
    }
    return answer;
}

SalesforceAnswer SalesforceQueries::page_of(
    const Cursor& cursor, std::size_t begin, const SalesforceCall& call
) const {
    const auto end = std::min(begin + page_, cursor.rows.size());
    json::object body;
    body["totalSize"] = cursor.rows.size();
    body["done"] = end == cursor.rows.size();
    if (end != cursor.rows.size()) {
        // It says "query" also where the question was "queryAll".
        body["nextRecordsUrl"] = call.address("/query/" + cursor.id + "-" + std::to_string(end));
    }
    json::array rows;
    for (auto at = begin; at < end; ++at) {
        rows.push_back(cursor.rows[at]);
    }
    body["records"] = std::move(rows);
    return answered(200, std::move(body));
}

SalesforceAnswer SalesforceQueries::further(const SalesforceCall& call) const {
    const auto place = call.part(1);
    const auto dash = place.find('-');
    const auto found = std::ranges::find(cursors_, place.substr(0, dash), &Cursor::id);
    const auto begin =
        dash == std::string::npos ? std::nullopt : sdk::to_integer(std::string_view(place).substr(dash + 1));
    if (found == cursors_.end() || !begin || *begin < 0 ||
        static_cast<std::size_t>(*begin) > found->rows.size()) {
        return refused_call(400, {"INVALID_QUERY_LOCATOR", "invalid query locator"});
    }
    return page_of(*found, static_cast<std::size_t>(*begin), call);
}

}  // namespace navette::standin
