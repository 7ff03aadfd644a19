// Notes. They have no field for our key, so their title ends with it. Several new ones travel in one call,
// each with its links in a graph of its own.
#include "call.hpp"
#include "errors.hpp"
#include "objects.hpp"
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace navette::salesforce {

namespace {

using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using sdk::OutcomeKind;
using sdk::Session;
using sdk::Task;

constexpr std::size_t kLongestTitle = 180;
// A call takes so many graphs, and 500 records in all: a note has four links at most.
constexpr std::size_t kMostGraphs = 75;

json::object note_of(const Operation& operation) {
    const auto text = sdk::text_at(operation.fields, "_text");
    auto title = sdk::text_at(operation.fields, "_title");
    if (title.empty()) {
        title = text.substr(0, text.find('\n'));
    }
    title = sdk::excerpt(title, kLongestTitle);
    return {
        {"Title", title + (title.empty() ? "[" : " [") + operation.key + "]"},
        {"Content", sdk::base64(sdk::html_of(text))}
    };
}

/// A note that an earlier attempt may have made; with its links, since both are made in one piece.
Task<Outcome> find_note(Session& session, std::string key) {
    std::string pattern;
    for (const char c : key) {
        pattern += c == '_' ? "\\_" : std::string(1, c);  // "_" would stand for any character
    }
    const auto soql = "SELECT Id FROM ContentNote WHERE Title LIKE '%[" + pattern + "]' LIMIT 1";
    const auto reply = co_await call(
        session, HttpRequest::get(data_path(session.settings(), "/query")).with_query("q", soql)
    );
    if (!reply.ok()) {
        co_return std::move(Outcome(reply.outcome)).after_unknown_effect();
    }
    const auto& notes = sdk::list_at(reply.body, "records");
    auto id = notes.empty() ? std::string() : sdk::text_at(notes.front(), "Id");
    co_return id.empty() ? Outcome::skipped("there is none") : Outcome::done(std::move(id));
}

/// Everything is undone where a part fails; those that only failed with it say so.
Outcome outcome_of_parts(const json::value& body) {
    const auto& parts = sdk::list_at(body, "compositeResponse");
    if (parts.empty()) {
        return Outcome::retry("Salesforce's answer tells nothing of the note").after_unknown_effect();
    }
    auto outcome = Outcome::retry("Salesforce made neither the note nor its links");
    bool all_well = true;
    for (const auto& part : parts) {
        const auto status = sdk::integer_at(part, "httpStatusCode").value_or(0);
        if (status >= 200 && status < 300) {
            continue;
        }
        all_well = false;
        const auto* part_body = sdk::member_of(part, "body");
        const auto* error = part_body == nullptr ? nullptr : first_error(*part_body);
        const auto code = error == nullptr ? std::string() : code_of(*error);
        if (error != nullptr && code != "PROCESSING_HALTED" && code != "ALL_OR_NONE_OPERATION_ROLLED_BACK") {
            outcome = outcome_of_error(*error);
        }
    }
    if (!all_well) {
        return outcome;
    }
    const auto* made = sdk::member_of(parts.front(), "body");
    auto id = made == nullptr ? std::string() : sdk::text_at(*made, "id");
    return id.empty()
               ? Outcome::retry("Salesforce answered with a note that has no id").after_unknown_effect()
               : Outcome::done(std::move(id));
}

/// The calls that make the note and its links; none where it belongs to nobody.
json::array parts_of(const json::object& settings, const Operation& operation) {
    json::array parts;
    parts.push_back(
        {{"method", "POST"},
         {"url", data_path(settings, "/sobjects/ContentNote")},
         {"referenceId", "note"},
         {"body", note_of(operation)}}
    );
    for (const auto& [name, parent] : operation.references) {
        if (!parent.empty()) {
            parts.push_back(
                {{"method", "POST"},
                 {"url", data_path(settings, "/sobjects/ContentDocumentLink")},
                 {"referenceId", "link_" + name},
                 {"body",
                  {{"ContentDocumentId", "@{note.id}"}, {"LinkedEntityId", parent}, {"ShareType", "V"}}}}
            );
        }
    }
    return parts.size() == 1 ? json::array() : parts;
}

Outcome of_nobody() {
    return Outcome::rejected(
        "a note belongs to a prospect, contact, company or deal in Salesforce; this one names none"
    );
}

Outcome explained(Outcome outcome) {
    if (outcome.kind == OutcomeKind::gone) {
        outcome = Outcome::misconfigured(
            "Salesforce knows no notes: switch them on under Setup, Notes Settings (" + outcome.message + ")"
        );
    }
    return outcome;
}

Task<Outcome> create_note(Session& session, Operation operation) {
    const auto& settings = session.settings();
    auto parts = parts_of(settings, operation);
    if (parts.empty()) {
        co_return of_nobody();
    }
    const auto reply = co_await call(
        session,
        HttpRequest::post(data_path(settings, "/composite"))
            .with_json(json::object{
                {"allOrNone", true}, {"collateSubrequests", false}, {"compositeRequest", std::move(parts)}
            })
    );
    co_return explained(reply.ok() ? outcome_of_parts(reply.body) : reply.outcome);
}

/// Salesforce gives up after some graphs that failed, and does not try the others.
bool was_not_tried(const json::value& body) {
    const auto& parts = sdk::list_at(body, "compositeResponse");
    return !parts.empty() && std::ranges::all_of(parts, [](const json::value& part) {
        const auto* part_body = sdk::member_of(part, "body");
        const auto* error = part_body == nullptr ? nullptr : first_error(*part_body);
        return error != nullptr && code_of(*error) == "PROCESSING_HALTED";
    });
}

/// What came of each graph, by its place; nothing for one that was not tried.
std::vector<std::optional<Outcome>> outcomes_of_graphs(const json::value& body, std::size_t count) {
    std::vector<std::optional<Outcome>> outcomes(
        count, Outcome::retry("Salesforce's answer tells nothing of the note").after_unknown_effect()
    );
    for (const auto& graph : sdk::list_at(body, "graphs")) {
        const auto place = sdk::to_integer(std::string_view(sdk::text_at(graph, "graphId")));
        const auto* answer = sdk::member_of(graph, "graphResponse");
        if (answer == nullptr || !place || *place < 0 || static_cast<std::size_t>(*place) >= count) {
            continue;
        }
        auto& outcome = outcomes[static_cast<std::size_t>(*place)];
        if (was_not_tried(*answer)) {
            outcome.reset();
        } else {
            outcome = explained(outcome_of_parts(*answer));
        }
    }
    return outcomes;
}

/// Makes new notes that all belong to somebody, kMostGraphs at most, in one call.
Task<std::vector<std::optional<Outcome>>> create_in_graphs(
    Session& session, std::vector<const Operation*> notes
) {
    const auto& settings = session.settings();
    json::array graphs;
    for (const auto* note : notes) {
        json::object graph;
        graph["graphId"] = std::to_string(graphs.size());
        graph["compositeRequest"] = parts_of(settings, *note);
        graphs.emplace_back(std::move(graph));
    }
    const auto reply = co_await call(
        session,
        HttpRequest::post(data_path(settings, "/composite/graph"))
            .with_json(json::object{{"graphs", std::move(graphs)}})
    );
    if (reply.ok()) {
        co_return outcomes_of_graphs(reply.body, notes.size());
    }
    const auto kind = reply.outcome.kind;
    std::vector<std::optional<Outcome>> outcomes(notes.size(), reply.outcome);
    if (kind == OutcomeKind::rejected || kind == OutcomeKind::gone) {
        // The call as a whole was refused: one note is not to suffer for another.
        for (std::size_t at = 0; at < notes.size(); ++at) {
            outcomes[at] = co_await create_note(session, *notes[at]);
        }
    }
    co_return outcomes;
}

/// Makes the new notes at those places of the batch.
Task<void> create_notes(
    Session& session,
    const std::vector<Operation>* batch,
    std::vector<std::size_t> places,
    std::vector<Outcome>* outcomes
) {
    while (!places.empty()) {
        const auto count = std::min(places.size(), kMostGraphs);
        std::vector<const Operation*> notes;
        notes.reserve(count);
        for (std::size_t at = 0; at < count; ++at) {
            notes.push_back(&(*batch)[places[at]]);
        }
        const auto results = co_await create_in_graphs(session, std::move(notes));
        std::vector<std::size_t> left;
        for (std::size_t at = 0; at < count; ++at) {
            if (results[at]) {
                (*outcomes)[places[at]] = *results[at];
            } else {
                left.push_back(places[at]);
            }
        }
        if (left.size() == count) {
            for (const auto place : places) {
                (*outcomes)[place] = Outcome::retry("Salesforce did not try to make the note");
            }
            co_return;
        }
        left.insert(left.end(), places.begin() + static_cast<std::ptrdiff_t>(count), places.end());
        places = std::move(left);
    }
}

Task<Outcome> push_note(Session& session, Operation operation) {
    if (operation.remote_id.empty()) {
        if (operation.maybe_applied) {
            auto found = co_await find_note(session, operation.key);
            if (found.kind != OutcomeKind::skipped) {
                co_return found;
            }
        }
        co_return co_await create_note(session, std::move(operation));
    }
    const auto path = "/sobjects/ContentNote/" + sdk::path_segment(operation.remote_id);
    const auto reply = co_await call(
        session, HttpRequest::patch(data_path(session.settings(), path)).with_json(note_of(operation))
    );
    co_return reply.ok() ? Outcome::done(operation.remote_id) : reply.outcome;
}

}  // namespace

Task<std::vector<Outcome>> push_notes(Session& session, std::vector<Operation> batch) {
    std::vector<Outcome> outcomes(batch.size());
    std::vector<std::size_t> fresh;
    for (std::size_t at = 0; at < batch.size(); ++at) {
        const auto& note = batch[at];
        const bool is_fresh =
            note.remote_id.empty() && !note.maybe_applied && !parts_of(session.settings(), note).empty();
        if (is_fresh) {
            fresh.push_back(at);
        } else {
            outcomes[at] = co_await push_note(session, note);
        }
    }
    if (fresh.size() == 1) {
        outcomes[fresh.front()] = co_await create_note(session, batch[fresh.front()]);
    } else {
        co_await create_notes(session, &batch, std::move(fresh), &outcomes);
    }
    co_return outcomes;
}

Task<Outcome> remove_note(Session& session, Operation operation) {
    if (operation.remote_id.empty()) {
        co_return Outcome::skipped("no Salesforce note is known for this one");
    }
    const auto path = "/sobjects/ContentNote/" + sdk::path_segment(operation.remote_id);
    const auto reply = co_await call(session, HttpRequest::remove(data_path(session.settings(), path)));
    const bool is_away = reply.ok() || reply.outcome.kind == OutcomeKind::gone;
    co_return is_away ? Outcome::done(operation.remote_id) : reply.outcome;
}

}  // namespace navette::salesforce
