// Writing. Every call is a batch, so that one failing record does not hold up the others: each input carries
// a trace id (our key), by which HubSpot tells the records of its answer apart; their order means nothing.
#include "errors.hpp"
#include "objects.hpp"
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace navette::hubspot {

namespace {

using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using sdk::OutcomeKind;
using sdk::Session;
using sdk::Task;

/// Where an operation stands in the batch, and what is sent for it.
struct Row {
    std::size_t at;  // its place in the batch
    std::string trace;
    std::string id;  // what HubSpot finds the record by
    json::object input;
};

Outcome done(const json::value& result) {
    const auto id = sdk::text_at(result, "id");
    return id.empty() ? Outcome::retry("HubSpot answered with a record that has no id").after_unknown_effect()
                      : Outcome::done(id, sdk::text_at(result, "updatedAt"));
}

/// Whether a result of a batch answer belongs to the row: by the trace id that it echoes, else by the id that
/// was sent, as the record's own or as the value of the unique property.
bool belongs_to(const json::value& result, const Row& row) {
    const auto trace = sdk::text_at(result, "objectWriteTraceId");
    if (!trace.empty()) {
        return trace == row.trace;
    }
    const auto* by = row.input.if_contains("idProperty");
    if (by == nullptr) {
        return sdk::text_at(result, "id") == row.id;
    }
    const auto* properties = sdk::member_of(result, "properties");
    return properties != nullptr && sdk::text_at(*properties, by->get_string()) == row.id;
}

bool names_trace(const json::value& error, const std::string& trace) {
    const auto* context = sdk::member_of(error, "context");
    return context != nullptr &&
           std::ranges::any_of(sdk::list_at(*context, "objectWriteTraceId"), [&](const json::value& one) {
               return one.is_string() && std::string_view(one.get_string()) == trace;
           });
}

/// HubSpot moves a lifecycle stage forward only, and says nothing where it did not.
void notice_kept_stage(Session& session, const json::value& result, const Row& row) {
    const auto* sent = row.input.if_contains("properties");
    const auto* kept = sdk::member_of(result, "properties");
    if (sent == nullptr || kept == nullptr) {
        return;
    }
    const auto wanted = sdk::text_at(*sent, "lifecyclestage");
    const auto stage = sdk::text_at(*kept, "lifecyclestage");
    if (!wanted.empty() && !stage.empty() && stage != wanted) {
        session.remark(
            "HubSpot kept lifecyclestage " + stage + " instead of " + wanted + ": it only moves forward"
        );
    }
}

Outcome outcome_of_row(Session& session, const json::value& body, const Row& row, bool is_single) {
    const auto& results = sdk::list_at(body, "results");
    const auto& errors = sdk::list_at(body, "errors");
    for (const auto& result : results) {
        if (belongs_to(result, row) || (is_single && results.size() == 1 && errors.empty())) {
            notice_kept_stage(session, result, row);
            return done(result);
        }
    }
    for (const auto& error : errors) {
        if (names_trace(error, row.trace) || (is_single && results.empty())) {
            return outcome_of_entry(error);
        }
    }
    return Outcome::retry("HubSpot's answer tells nothing of this record").after_unknown_effect();
}

Task<void> send_rows(
    Session& session, std::string path, std::vector<Row> rows, std::vector<Outcome>& outcomes
) {
    json::array inputs;
    for (const auto& row : rows) {
        inputs.push_back(row.input);
    }
    const auto reply = co_await exchange(
        session,
        HttpRequest::post(std::move(path)).with_json(json::object{{"inputs", std::move(inputs)}}),
        kHubSpot
    );
    for (const auto& row : rows) {
        outcomes[row.at] =
            reply.ok() ? outcome_of_row(session, reply.body, row, rows.size() == 1) : reply.outcome;
    }
}

/// One record by its id. It reaches a record that was merged into another, which a batch does not.
Task<Outcome> update_one(Session& session, std::string path, json::object properties) {
    const auto reply = co_await exchange(
        session,
        HttpRequest::patch(std::move(path)).with_json(json::object{{"properties", std::move(properties)}}),
        kHubSpot
    );
    co_return reply.ok() ? done(reply.body) : reply.outcome;
}

/// The parts of `rows` in which no two look for the same record: HubSpot does not say what it does with
/// those.
std::vector<std::vector<Row>> without_twins(std::vector<Row> rows) {
    std::vector<std::vector<Row>> parts;
    while (!rows.empty()) {
        std::set<std::string> ids;
        std::vector<Row> part;
        std::vector<Row> rest;
        for (auto& row : rows) {
            (ids.insert(row.id).second ? part : rest).push_back(std::move(row));
        }
        parts.push_back(std::move(part));
        rows = std::move(rest);
    }
    return parts;
}

Row linked_row(std::size_t at, const Operation& operation, json::object properties) {
    json::object input{
        {"id", operation.remote_id},
        {"properties", std::move(properties)},
        {"objectWriteTraceId", operation.key}
    };
    return {at, operation.key, operation.remote_id, std::move(input)};
}

/// A contact is found by its e-mail address, which HubSpot keeps unique; everything else by our key.
Row upsert_row(
    std::size_t at, const Operation& operation, json::object properties, const json::object& settings
) {
    auto by = key_property(settings);
    auto id = operation.key;
    if (auto email = sdk::text_at(properties, "email"); operation.object == "contact" && !email.empty()) {
        by = "email";
        id = std::move(email);
    }
    properties[by] = id;
    json::object input{
        {"id", id},
        {"idProperty", by},
        {"properties", std::move(properties)},
        {"objectWriteTraceId", operation.key}
    };
    return {at, operation.key, std::move(id), std::move(input)};
}

/// What HubSpot demands of a new record and the application may not have.
void complete(
    json::object& properties, const Operation& operation, const json::object& settings, sdk::Instant now
) {
    if ((operation.object == "note" || operation.object == "call") && !properties.contains("hs_timestamp")) {
        properties["hs_timestamp"] = std::to_string(now.time_since_epoch().count());
    }
    if (operation.object == "deal" && !properties.contains("dealstage")) {
        properties["dealstage"] = sdk::text_at(settings, "first_stage");
        properties["pipeline"] = sdk::text_at(settings, "pipeline");
    }
}

/// Associates the records that were written with their parents; one that cannot be associated is not done.
Task<void> associate(
    Session& session,
    const Object& object,
    const std::vector<Operation>& batch,
    std::vector<Outcome>& outcomes
) {
    std::map<std::string, std::vector<std::size_t>> by_parent;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        for (const auto& [name, parent] : batch[at].references) {
            if (outcomes[at].kind == OutcomeKind::done && !parent.empty() && find_object(name) != nullptr) {
                by_parent[name].push_back(at);
            }
        }
    }
    for (const auto& [name, places] : by_parent) {
        const auto* parent = find_object(name);
        const auto version =
            object_path(session.settings(), object, "").substr(std::string("/crm/objects/").size());
        json::array inputs;
        for (const auto at : places) {
            inputs.push_back(
                {{"from", {{"id", outcomes[at].remote_id}}}, {"to", {{"id", batch[at].references.at(name)}}}}
            );
        }
        const auto reply = co_await exchange(
            session,
            HttpRequest::post(
                "/crm/associations/" + version + "/" + std::string(parent->plural) +
                "/batch/associate/default"
            )
                .with_json(json::object{{"inputs", std::move(inputs)}}),
            kHubSpot
        );
        const auto& errors = sdk::list_at(reply.body, "errors");
        if (reply.ok() && errors.empty()) {
            continue;
        }
        // Which pairs failed is not told; all are repeated, which does no harm.
        for (const auto at : places) {
            auto failed = reply.ok() ? outcome_of_entry(errors.front()) : reply.outcome;
            failed.message = "written, but not associated with its " + name + ": " + failed.message;
            outcomes[at] = std::move(failed).after_unknown_effect();
        }
    }
}

/// A single record whose create met one that has the same unique value: the one that HubSpot names is ours.
Task<void> adopt(Session& session, const Object& object, const Row& row, Outcome& outcome) {
    const auto id = existing_id(outcome.message);
    if (outcome.kind != OutcomeKind::conflict || id.empty()) {
        co_return;
    }
    outcome = co_await update_one(
        session, object_path(session.settings(), object, "/" + id), row.input.at("properties").get_object()
    );
}

/// Says what is missing where HubSpot does not know the property that carries our key.
void explain_missing_key(const json::object& settings, const Object& object, Outcome& outcome) {
    const auto property = key_property(settings);
    if (outcome.kind == OutcomeKind::rejected && outcome.message.find(property) != std::string::npos) {
        outcome = Outcome::misconfigured(
            "HubSpot has no unique property " + property + " on " + std::string(object.plural) +
            ": make it as the connector's README says (" + outcome.message + ")"
        );
    }
}

}  // namespace

Task<std::vector<Outcome>> push_batch(Session& session, std::vector<Operation> batch) {
    std::vector<Outcome> outcomes(batch.size());
    const auto* object = batch.empty() ? nullptr : find_object(batch.front().object);
    if (object == nullptr) {
        for (std::size_t at = 0; at < batch.size(); ++at) {
            outcomes[at] = Outcome::rejected("HubSpot's connector knows no object " + batch[at].object);
        }
        co_return outcomes;
    }
    const auto& settings = session.settings();
    std::vector<Row> linked;
    std::vector<Row> unlinked;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        auto properties = properties_of(batch[at], settings);
        if (batch[at].remote_id.empty()) {
            complete(properties, batch[at], settings, session.now());
            unlinked.push_back(upsert_row(at, batch[at], std::move(properties), settings));
        } else {
            linked.push_back(linked_row(at, batch[at], std::move(properties)));
        }
    }
    const bool is_single = batch.size() == 1;
    for (auto& part : without_twins(std::move(linked))) {
        const auto rows = part;
        if (!is_single) {
            co_await send_rows(
                session, object_path(settings, *object, "/batch/update"), std::move(part), outcomes
            );
        }
        for (const auto& row : rows) {
            if (is_single || outcomes[row.at].kind == OutcomeKind::gone) {
                outcomes[row.at] = co_await update_one(
                    session,
                    object_path(settings, *object, "/" + sdk::path_segment(row.id)),
                    row.input.at("properties").get_object()
                );
            }
        }
    }
    for (auto& part : without_twins(std::move(unlinked))) {
        const auto rows = part;
        co_await send_rows(
            session, object_path(settings, *object, "/batch/upsert"), std::move(part), outcomes
        );
        for (const auto& row : rows) {
            explain_missing_key(settings, *object, outcomes[row.at]);
            if (rows.size() == 1) {
                co_await adopt(session, *object, row, outcomes[row.at]);
            }
        }
    }
    co_await associate(session, *object, batch, outcomes);
    co_return outcomes;
}

Task<std::vector<Outcome>> archive_batch(Session& session, std::vector<Operation> batch) {
    std::vector<Outcome> outcomes(batch.size(), Outcome::skipped("no HubSpot record is known for this one"));
    const auto* object = batch.empty() ? nullptr : find_object(batch.front().object);
    json::array inputs;
    for (const auto& operation : batch) {
        if (!operation.remote_id.empty()) {
            inputs.push_back({{"id", operation.remote_id}});
        }
    }
    if (object == nullptr || inputs.empty()) {
        co_return outcomes;
    }
    const auto reply = co_await exchange(
        session,
        HttpRequest::post(object_path(session.settings(), *object, "/batch/archive"))
            .with_json(json::object{{"inputs", std::move(inputs)}}),
        kHubSpot
    );
    for (std::size_t at = 0; at < batch.size(); ++at) {
        if (!batch[at].remote_id.empty()) {
            const bool is_away = reply.ok() || (batch.size() == 1 && reply.outcome.kind == OutcomeKind::gone);
            outcomes[at] = is_away ? Outcome::done(batch[at].remote_id) : reply.outcome;
        }
    }
    co_return outcomes;
}

}  // namespace navette::hubspot
