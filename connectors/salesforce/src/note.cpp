// Notes. They have no field for our key, so their title ends with it.
#include "call.hpp"
#include "errors.hpp"
#include "objects.hpp"
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

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

Task<Outcome> create_note(Session& session, Operation operation) {
    const auto& settings = session.settings();
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
    if (parts.size() == 1) {
        co_return Outcome::rejected(
            "a note belongs to a prospect, contact, company or deal in Salesforce; this one names none"
        );
    }
    const auto reply = co_await call(
        session,
        HttpRequest::post(data_path(settings, "/composite"))
            .with_json(json::object{
                {"allOrNone", true}, {"collateSubrequests", false}, {"compositeRequest", std::move(parts)}
            })
    );
    auto outcome = reply.ok() ? outcome_of_parts(reply.body) : reply.outcome;
    if (outcome.kind == OutcomeKind::gone) {
        outcome = Outcome::misconfigured(
            "Salesforce knows no notes: switch them on under Setup, Notes Settings (" + outcome.message + ")"
        );
    }
    co_return outcome;
}

}  // namespace

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
