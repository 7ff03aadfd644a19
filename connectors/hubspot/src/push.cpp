// Writing. Every call is a batch, so that one failing record does not hold up the others: each input carries
// a trace id (our key), by which HubSpot tells the records of its answer apart; their order means nothing.
#include "associate.hpp"
#include "batch_answer.hpp"
#include "errors.hpp"
#include "objects.hpp"
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
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

Outcome done(const json::value& result) {
    const auto id = sdk::text_at(result, "id");
    return id.empty() ? Outcome::retry("HubSpot answered with a record that has no id").after_unknown_effect()
                      : Outcome::done(id, sdk::text_at(result, "updatedAt"));
}

/// HubSpot moves a lifecycle stage forward only, and says nothing where it did not.
void notice_kept_stage(Session& session, const json::value& result, const json::value& sent) {
    const auto* kept = sdk::member_of(result, "properties");
    const auto wanted = sdk::text_at(sent, "lifecyclestage");
    const auto stage = kept == nullptr ? std::string() : sdk::text_at(*kept, "lifecyclestage");
    if (!wanted.empty() && !stage.empty() && stage != wanted) {
        session.remark(
            "HubSpot kept lifecyclestage " + stage + " instead of " + wanted + ": it only moves forward"
        );
    }
}

Outcome outcome_of_row(Session& session, const BatchAnswer& answer, const Row& row, bool is_single) {
    const auto* result = answer.result_of(row);
    if (result == nullptr && is_single) {
        result = answer.only_result();
    }
    if (result != nullptr) {
        notice_kept_stage(session, *result, row.input.at("properties"));
        return done(*result);
    }
    const auto* error = answer.error_of(row);
    if (error == nullptr && is_single) {
        error = answer.only_error();
    }
    return error != nullptr
               ? outcome_of_entry(*error)
               : Outcome::retry("HubSpot's answer tells nothing of this record").after_unknown_effect();
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

/// Sends the rows in one request. Whether the answer tells the rows apart: not where all are refused as one.
Task<bool> send_rows(
    Session& session, std::string path, const std::vector<Row>& rows, std::vector<Outcome>& outcomes
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
    const BatchAnswer answer(reply.body);
    for (const auto& row : rows) {
        outcomes[row.at] =
            reply.ok() ? outcome_of_row(session, answer, row, rows.size() == 1) : reply.outcome;
    }
    co_return reply.ok() || rows.size() == 1;
}

/// Sends a part of a batch. The engine takes a batch apart that is refused as a whole, but it cannot know
/// that a part was; so where there are other parts, a refused one is halved here until the bad records stand
/// alone. Returns the rows that were told apart.
Task<std::vector<Row>> send_part(
    Session& session,
    const Object& object,
    const char* call,
    std::vector<Row> rows,
    std::vector<Outcome>& outcomes
) {
    const bool is_whole_batch = rows.size() == outcomes.size();
    std::vector<Row> told;
    std::vector<std::vector<Row>> waiting;
    waiting.push_back(std::move(rows));
    while (!waiting.empty()) {
        auto part = std::move(waiting.back());
        waiting.pop_back();
        const bool apart =
            co_await send_rows(session, object_path(session.settings(), object, call), part, outcomes);
        for (const auto& row : part) {
            explain_missing_key(session.settings(), object, outcomes[row.at]);
        }
        if (apart) {
            std::ranges::move(part, std::back_inserter(told));
        } else if (!is_whole_batch && is_about_records(outcomes[part.front().at])) {
            const auto middle = part.begin() + static_cast<std::ptrdiff_t>(part.size() / 2);
            waiting.emplace_back(std::move_iterator(middle), std::move_iterator(part.end()));
            part.erase(middle, part.end());
            waiting.push_back(std::move(part));
        }
    }
    co_return told;
}

/// One record by its id. It reaches a record that was merged into another, which a batch does not.
Task<Outcome> update_one(Session& session, std::string path, json::value properties) {
    const auto reply = co_await exchange(
        session,
        HttpRequest::patch(std::move(path)).with_json(json::object{{"properties", properties}}),
        kHubSpot
    );
    if (!reply.ok()) {
        co_return reply.outcome;
    }
    notice_kept_stage(session, reply.body, properties);
    co_return done(reply.body);
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

/// A record whose create met one that has the same unique value (an e-mail address that is another contact's
/// second one): the one that HubSpot names is ours.
Task<void> adopt(Session& session, const Object& object, const Row& row, Outcome& outcome) {
    const auto id = existing_id(outcome.message);
    if (outcome.kind != OutcomeKind::conflict || id.empty()) {
        co_return;
    }
    outcome = co_await update_one(
        session, object_path(session.settings(), object, "/" + id), row.input.at("properties")
    );
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
            co_await send_part(session, *object, "/batch/update", std::move(part), outcomes);
        }
        for (const auto& row : rows) {
            if (is_single || outcomes[row.at].kind == OutcomeKind::gone) {
                outcomes[row.at] = co_await update_one(
                    session,
                    object_path(settings, *object, "/" + sdk::path_segment(row.id)),
                    row.input.at("properties")
                );
            }
        }
    }
    for (auto& part : without_twins(std::move(unlinked))) {
        // Of rows that are refused as one, HubSpot names the first existing record only.
        const auto told = co_await send_part(session, *object, "/batch/upsert", std::move(part), outcomes);
        for (const auto& row : told) {
            co_await adopt(session, *object, row, outcomes[row.at]);
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
