#include "settle.hpp"

#include "call.hpp"

#include <navette/sdk/reading.hpp>

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

}  // namespace

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

}  // namespace navette::salesforce
