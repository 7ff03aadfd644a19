// Writing records that carry our key. Every call is a collection, whose answer is a success however many of
// its records failed: each has a result of its own, in the order in which they were sent.
#include "call.hpp"
#include "errors.hpp"
#include "objects.hpp"
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace navette::salesforce {

namespace {

using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using sdk::OutcomeKind;
using sdk::Session;
using sdk::Task;

/// Where an operation stands in the batch, and what is sent for it.
struct Row {
    std::size_t at;
    json::object record;
};

/// What came of a row. `code` and `error` are Salesforce's, where it refused the record.
struct Result {
    Outcome outcome;
    std::string code;
    json::value error;
};

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
        const auto kind = reply.outcome.kind;
        const bool may_be_one_record = kind == OutcomeKind::rejected || kind == OutcomeKind::gone;
        if (may_be_one_record && rows.size() > 1) {
            // The call as a whole was refused, perhaps for one record: the others are not to suffer for it.
            for (auto& row : rows) {
                std::vector<Row> alone;
                alone.push_back(std::move(row));
                auto result = co_await send_rows(session, path, std::move(alone));
                results.push_back(std::move(result.front()));
            }
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

/// The records of the object that a duplicate rule found.
std::set<std::string> matches_in(const json::value& error, const Object& object) {
    std::set<std::string> ids;
    const auto* result = sdk::member_of(error, "duplicateResult");
    if (result == nullptr) {
        return ids;
    }
    for (const auto& match : sdk::list_at(*result, "matchResults")) {
        for (const auto& found : sdk::list_at(match, "matchRecords")) {
            const auto* record = sdk::member_of(found, "record");
            auto id = record == nullptr ? std::string() : sdk::text_at(*record, "Id");
            if (id.starts_with(object.prefix)) {
                ids.insert(std::move(id));
            }
        }
    }
    return ids;
}

/// A new record that a duplicate rule refuses: the one that it found becomes ours, where it is the only one
/// and carries no other record's key.
Task<Outcome> adopt(
    Session& session, const Object* object, json::object fields, std::string key, Result refused
) {
    const auto ids = matches_in(refused.error, *object);
    if (ids.size() != 1) {
        refused.outcome.message = "a duplicate rule of Salesforce refuses the record" +
                                  std::string(ids.empty() ? "" : ", which is like several") +
                                  ": merge them there, change the rule, or set allow_duplicates (" +
                                  refused.outcome.message + ")";
        co_return refused.outcome;
    }
    const auto field = key_field(session.settings());
    const auto path = "/sobjects/" + std::string(object->type) + "/" + sdk::path_segment(*ids.begin());
    const auto found = co_await call(
        session, HttpRequest::get(data_path(session.settings(), path)).with_query("fields", "Id," + field)
    );
    if (!found.ok()) {
        co_return found.outcome;
    }
    const auto holder = sdk::text_at(found.body, field);
    if (!holder.empty() && holder != key) {
        co_return Outcome::conflict(
            "a duplicate rule of Salesforce finds " + *ids.begin() + ", which belongs to another record (" +
            holder + ")"
        );
    }
    fields[field] = key;
    auto written = co_await update_one(session, std::string(object->type), *ids.begin(), std::move(fields));
    co_return std::move(written.outcome);
}

/// A lead that was converted can never be changed again: what it tells of the person goes to the contact that
/// was made of it.
Task<Outcome> update_contact_of(
    Session& session, std::string condition, json::object fields, Outcome refused
) {
    const auto soql = "SELECT Id,ConvertedContactId FROM Lead WHERE " + condition + " LIMIT 1";
    const auto reply = co_await call(
        session, HttpRequest::get(data_path(session.settings(), "/query")).with_query("q", soql)
    );
    if (!reply.ok()) {
        co_return reply.outcome;
    }
    const auto& leads = sdk::list_at(reply.body, "records");
    const auto lead = leads.empty() ? std::string() : sdk::text_at(leads.front(), "Id");
    const auto contact = leads.empty() ? std::string() : sdk::text_at(leads.front(), "ConvertedContactId");
    if (contact.empty()) {
        co_return refused;
    }
    json::object of_person;
    for (const auto* name : {"FirstName", "LastName", "Email", "Phone", "MobilePhone", "Title"}) {
        if (const auto* value = fields.if_contains(name)) {
            of_person[name] = *value;
        }
    }
    auto written = co_await update_one(session, "Contact", contact, std::move(of_person));
    if (written.outcome.kind == OutcomeKind::done) {
        session.remark(
            "the lead was converted in Salesforce; its contact " + contact + " was changed instead"
        );
        written.outcome.remote_id = lead;
    }
    co_return std::move(written.outcome);
}

/// Says what is missing where Salesforce does not know the field that carries our key.
void explain_missing_key(const json::object& settings, const Object& object, Outcome& outcome) {
    const auto field = key_field(settings);
    const bool is_about_key = outcome.message.find(field) != std::string::npos ||
                              outcome.message.find("external ID field") != std::string::npos;
    const bool is_refusal = outcome.kind == OutcomeKind::gone || outcome.kind == OutcomeKind::rejected ||
                            outcome.kind == OutcomeKind::misconfigured;
    if (is_refusal && is_about_key) {
        outcome = Outcome::misconfigured(
            "Salesforce has no external id field " + field + " on " + std::string(object.type) +
            " that navette's user may see and change: make it as the connector's README says (" +
            outcome.message + ")"
        );
    }
}

/// What a refused record comes to after a second look.
Task<Outcome> settle(
    Session& session, const Object* object, Operation operation, json::object fields, Result result
) {
    const auto& settings = session.settings();
    const bool is_linked = !operation.remote_id.empty();
    if (result.code == "CANNOT_UPDATE_CONVERTED_LEAD" && object->name == "lead") {
        auto condition = is_linked ? "Id = " + soql_text(operation.remote_id)
                                   : key_field(settings) + " = " + soql_text(operation.key);
        co_return co_await update_contact_of(
            session, std::move(condition), std::move(fields), std::move(result.outcome)
        );
    }
    if (is_linked) {
        // The id itself is unknown; a parent's would be named by its own field.
        if (result.code == "INVALID_CROSS_REFERENCE_KEY" &&
            (result.outcome.field.empty() || result.outcome.field == "Id")) {
            result.outcome = Outcome::gone(result.outcome.message);
        }
        co_return std::move(result.outcome);
    }
    if (result.code == "DUPLICATES_DETECTED") {
        co_return co_await adopt(session, object, std::move(fields), operation.key, std::move(result));
    }
    if (result.code == "DUPLICATE_VALUE" &&
        result.outcome.message.find(key_field(settings)) != std::string::npos) {
        // Made at the same moment by a request whose answer was lost: the next upsert finds it.
        co_return Outcome::retry(result.outcome.message);
    }
    if (result.code == "DUPLICATE_EXTERNAL_ID") {
        result.outcome.message = "several records carry this key: make " + key_field(settings) +
                                 " unique in Salesforce, and merge them (" + result.outcome.message + ")";
    }
    explain_missing_key(settings, *object, result.outcome);
    co_return std::move(result.outcome);
}

}  // namespace

Task<std::vector<Outcome>> push_batch(Session& session, std::vector<Operation> batch) {
    std::vector<Outcome> outcomes(batch.size());
    const auto* object = batch.empty() ? nullptr : find_object(batch.front().object);
    if (object == nullptr) {
        for (std::size_t at = 0; at < batch.size(); ++at) {
            outcomes[at] = Outcome::rejected("Salesforce's connector knows no object " + batch[at].object);
        }
        co_return outcomes;
    }
    const auto& settings = session.settings();
    std::array<std::vector<Row>, 2> groups;
    std::vector<json::object> fields;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        const auto& operation = batch[at];
        fields.push_back(fields_of(*object, operation, settings, session.now()));
        if (operation.remote_id.empty()) {
            auto record = record_of(object->type, fields.back());
            record[key_field(settings)] = operation.key;
            groups[1].push_back({at, std::move(record)});
        } else {
            groups[0].push_back(linked_row(at, object->type, operation.remote_id, fields.back()));
        }
    }
    const std::array<std::string, 2> paths{
        data_path(settings, "/composite/sobjects"),
        data_path(
            settings,
            "/composite/sobjects/" + std::string(object->type) + "/" + sdk::path_segment(key_field(settings))
        )
    };
    for (std::size_t group = 0; group < groups.size(); ++group) {
        if (groups[group].empty()) {
            continue;
        }
        auto results = co_await send_rows(session, paths[group], groups[group]);
        for (std::size_t row = 0; row < results.size(); ++row) {
            const auto at = groups[group][row].at;
            if (results[row].outcome.is_success()) {
                outcomes[at] = std::move(results[row].outcome);
            } else {
                outcomes[at] = co_await settle(
                    session, object, batch[at], std::move(fields[at]), std::move(results[row])
                );
            }
        }
    }
    co_return outcomes;
}

Task<std::vector<Outcome>> remove_batch(Session& session, std::vector<Operation> batch) {
    std::vector<Outcome> outcomes(
        batch.size(), Outcome::skipped("no Salesforce record is known for this one")
    );
    std::string ids;
    std::vector<std::size_t> places;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        if (!batch[at].remote_id.empty()) {
            ids += (ids.empty() ? "" : ",") + batch[at].remote_id;
            places.push_back(at);
        }
    }
    if (places.empty()) {
        co_return outcomes;
    }
    const auto reply = co_await call(
        session,
        HttpRequest::remove(data_path(session.settings(), "/composite/sobjects"))
            .with_query("ids", ids)
            .with_query("allOrNone", "false")
    );
    const auto* entries = reply.body.if_array();
    const bool fits = reply.ok() && entries != nullptr && entries->size() == places.size();
    for (std::size_t row = 0; row < places.size(); ++row) {
        const auto at = places[row];
        auto result = fits ? result_of(entries->at(row)) : Result{reply.outcome, {}, nullptr};
        if (reply.ok() && !fits) {
            result = result_of(nullptr);
        }
        const bool is_away = result.outcome.is_success() || result.outcome.kind == OutcomeKind::gone ||
                             result.code == "INVALID_CROSS_REFERENCE_KEY";
        outcomes[at] = is_away ? Outcome::done(batch[at].remote_id) : std::move(result.outcome);
    }
    co_return outcomes;
}

}  // namespace navette::salesforce
