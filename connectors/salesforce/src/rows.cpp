// Every call is a collection, whose answer is a success however many of its records failed: each has a result
// of its own, in the order in which they were sent. What a bulk job leaves over goes as collections.
#include "rows.hpp"

#include "bulk.hpp"
#include "call.hpp"
#include "errors.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace navette::salesforce {

namespace {

using sdk::HttpRequest;
using sdk::Outcome;
using sdk::OutcomeKind;
using sdk::Session;
using sdk::Task;

HttpRequest with_rules(HttpRequest request, const json::object& settings) {
    if (sdk::is_true(settings, "allow_duplicates")) {
        request.headers.push_back({"Sforce-Duplicate-Rule-Header", "allowSave=true"});
    }
    if (!sdk::is_true(settings, "assignment_rules")) {
        request.headers.push_back({"Sforce-Auto-Assign", "FALSE"});
    }
    return request;
}

/// Sends the rows and returns a result for each, in their order.
Task<std::vector<Result>> send_rows(Session& session, std::string path, std::vector<Row> rows) {
    json::array records;
    for (const auto& row : rows) {
        records.push_back(row.record);
    }
    auto request =
        HttpRequest::patch(path).with_json(json::object{{"allOrNone", false}, {"records", std::move(records)}}
        );
    const auto reply = co_await call(session, with_rules(std::move(request), session.settings()));
    std::vector<Result> results;
    if (!reply.ok()) {
        if (reply.outcome.kind == OutcomeKind::rejected && rows.size() > 1) {
            // The call as a whole was refused, perhaps for one record: the others are not to suffer for it.
            const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2);
            std::vector<Row> second_half(
                std::make_move_iterator(middle), std::make_move_iterator(rows.end())
            );
            rows.erase(middle, rows.end());
            results = co_await send_rows(session, path, std::move(rows));
            auto others = co_await send_rows(session, path, std::move(second_half));
            std::ranges::move(others, std::back_inserter(results));
            co_return results;
        }
        const auto* error = first_error(reply.body);
        for (std::size_t at = 0; at < rows.size(); ++at) {
            results.push_back(
                {reply.outcome,
                 error == nullptr ? std::string() : code_of(*error),
                 error == nullptr ? json::value() : *error}
            );
        }
        co_return results;
    }
    const auto* entries = reply.body.if_array();
    const bool fits = entries != nullptr && entries->size() == rows.size();
    for (std::size_t at = 0; at < rows.size(); ++at) {
        results.push_back(result_of(fits ? entries->at(at) : json::value()));
    }
    co_return results;
}

}  // namespace

Result result_of(const json::value& entry) {
    const auto* object = entry.if_object();
    if (object != nullptr && sdk::is_true(*object, "success")) {
        auto id = sdk::text_at(*object, "id");
        return {
            id.empty()
                ? Outcome::retry("Salesforce answered with a record that has no id").after_unknown_effect()
                : Outcome::done(std::move(id)),
            {},
            nullptr
        };
    }
    const auto& errors = sdk::list_at(entry, "errors");
    if (errors.empty()) {
        return {
            Outcome::retry("Salesforce's answer tells nothing of this record").after_unknown_effect(),
            {},
            nullptr
        };
    }
    return {outcome_of_error(errors.front()), code_of(errors.front()), errors.front()};
}

Task<std::vector<Result>> send_all(
    Session& session, const Object* object, std::string path, std::vector<Row> rows, bool are_new
) {
    BulkResult bulk;
    // Jobs know no assignment rules of the organisation's own choice.
    if (are_new && rows.size() >= kBulkFrom && !sdk::is_true(session.settings(), "assignment_rules")) {
        std::vector<json::object> records;
        records.reserve(rows.size());
        for (const auto& row : rows) {
            records.push_back(row.record);
        }
        bulk = co_await upsert_in_bulk(session, object, std::move(records));
    }
    std::vector<Result> results(rows.size());
    std::vector<std::size_t> left;
    for (std::size_t at = 0; at < rows.size(); ++at) {
        const auto found = bulk.ids.find(sdk::text_at(rows[at].record, key_field(session.settings())));
        if (found == bulk.ids.end()) {
            left.push_back(at);
        } else {
            results[at].outcome = Outcome::done(found->second);
        }
    }
    for (std::size_t begin = 0; begin < left.size(); begin += kMostRows) {
        const auto end = std::min(begin + kMostRows, left.size());
        std::vector<Row> some;
        for (auto at = begin; at < end; ++at) {
            some.push_back(std::move(rows[left[at]]));
        }
        auto came = co_await send_rows(session, path, std::move(some));
        for (auto at = begin; at < end; ++at) {
            results[left[at]] = std::move(came[at - begin]);
            auto& outcome = results[left[at]].outcome;
            outcome.maybe_applied = outcome.maybe_applied || (bulk.is_open && !outcome.is_success());
        }
    }
    co_return results;
}

json::object record_of(std::string_view type, json::object fields) {
    fields["attributes"] = json::object{{"type", type}};
    return fields;
}

Row linked_row(std::size_t at, std::string_view type, const std::string& id, json::object fields) {
    fields["id"] = id;
    return {at, record_of(type, std::move(fields))};
}

Task<Result> update_one(Session& session, std::string type, std::string id, json::object fields) {
    std::vector<Row> rows;
    rows.push_back(linked_row(0, type, id, std::move(fields)));
    auto results =
        co_await send_rows(session, data_path(session.settings(), "/composite/sobjects"), std::move(rows));
    co_return std::move(results.front());
}

}  // namespace navette::salesforce
