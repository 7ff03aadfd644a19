// Notes and call logs: version 1 of the API, where nothing can carry our key but the text itself.
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace navette::pipedrive {

namespace {

using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

constexpr double kWrite = 10;
constexpr double kReadList = 20;
constexpr int kMostCallPages = 40;

bool has_parent(const json::object& body) {
    return body.contains("person_id") || body.contains("org_id") || body.contains("deal_id");
}

/// The note among its parent's latest that ends with our mark; null where there is none.
Task<std::expected<json::value, Outcome>> find_note(
    Session& session, json::object parents, std::string mark
) {
    auto request = HttpRequest::get("/api/v1/notes").with_cost(kReadList);
    for (const auto* name : {"person_id", "org_id", "deal_id"}) {
        if (auto id = sdk::text_at(parents, name); !id.empty()) {
            request.query.push_back({name, std::move(id)});
            break;
        }
    }
    // Not by add_time: that is the document's own, which may be years ago.
    request.query.push_back({"sort", "id DESC"});
    request.query.push_back({"limit", "500"});
    const auto reply = co_await exchange(session, std::move(request), kPipedrive);
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    for (const auto& note : sdk::list_at(reply.body, "data")) {
        if (sdk::text_at(note, "content").find(mark) != std::string::npos) {
            co_return note;
        }
    }
    co_return json::value();
}

Task<Outcome> change_note(Session& session, std::string id, json::object body) {
    co_return written(co_await exchange(
        session,
        HttpRequest::put("/api/v1/notes/" + sdk::path_segment(id)).with_json(body).with_cost(kWrite),
        kPipedrive
    ));
}

/// "2026-05-01 10:00:00", as Pipedrive's call logs want it.
std::string wire_time(sdk::Instant moment) {
    auto text = sdk::iso_text(moment);
    std::ranges::replace(text, 'T', ' ');
    return text;
}

/// The id of the call log with this begin and these numbers; empty where there is none. In which order
/// Pipedrive lists them it does not say, so all are looked at, up to a limit.
Task<std::expected<std::string, Outcome>> find_call(
    Session& session, sdk::Instant begin, std::string from, std::string to
) {
    std::int64_t start = 0;
    for (int page = 0; page < kMostCallPages; ++page) {
        auto request = HttpRequest::get("/api/v1/callLogs").with_query("limit", "50").with_cost(kReadList);
        if (start != 0) {
            request.query.push_back({"start", std::to_string(start)});
        }
        const auto reply = co_await exchange(session, std::move(request), kPipedrive);
        if (!reply.ok()) {
            co_return std::unexpected(reply.outcome);
        }
        for (const auto& call : sdk::list_at(reply.body, "data")) {
            if (sdk::from_loose_iso_text(sdk::text_at(call, "start_time")) == begin &&
                sdk::text_at(call, "to_phone_number") == to &&
                sdk::text_at(call, "from_phone_number") == from) {
                co_return sdk::text_at(call, "id");
            }
        }
        const auto next = next_start(reply.body);
        if (!next || *next <= start) {
            co_return std::string();
        }
        start = *next;
    }
    session.remark("among the first call logs that Pipedrive lists, this one was not found; it is made again"
    );
    co_return std::string();
}

}  // namespace

Task<Outcome> push_note(Session& session, Operation operation) {
    const auto mark = mark_of(operation);
    json::object body{{"content", sdk::html_of(sdk::text_at(operation.fields, "_text")) + "<br>" + mark}};
    add_parents(body, operation);
    if (!operation.remote_id.empty()) {
        co_return co_await change_note(session, operation.remote_id, std::move(body));
    }
    if (!has_parent(body)) {
        co_return Outcome::rejected(
            "a note in Pipedrive belongs to a contact, a company or a deal; this one names none"
        );
    }
    if (const auto at = sdk::from_loose_iso_text(sdk::text_at(operation.fields, "_created_at"))) {
        body["add_time"] = wire_time(*at);
    }
    if (operation.maybe_applied) {
        const auto found = co_await find_note(session, body, mark);
        if (!found) {
            co_return found.error();
        }
        if (const auto id = sdk::text_at(*found, "id"); !id.empty()) {
            if (sdk::text_at(*found, "content") == sdk::text_at(body, "content")) {
                co_return Outcome::done(id, sdk::text_at(*found, "update_time"));
            }
            co_return co_await change_note(session, id, std::move(body));
        }
    }
    co_return written(co_await exchange(
        session, HttpRequest::post("/api/v1/notes").with_json(body).with_cost(kWrite), kPipedrive
    ));
}

Task<Outcome> push_call(Session& session, Operation operation) {
    if (!operation.remote_id.empty()) {
        co_return Outcome::skipped("Pipedrive's call logs cannot be changed");
    }
    const auto& fields = operation.fields;
    const auto begin = sdk::from_loose_iso_text(sdk::text_at(fields, "_started_at"));
    if (!begin) {
        co_return Outcome::rejected("the call's begin is no time", "started_at");
    }
    const auto seconds = sdk::integer_at(fields, "_duration_s").value_or(0);
    auto own = sdk::text_at(fields, "_own_phone");
    if (own.empty()) {
        own = sdk::text_at(session.settings(), "own_phone");
    }
    const auto theirs = sdk::text_at(fields, "_contact_phone");
    const bool is_inbound = sdk::text_at(fields, "_direction") == "inbound";
    const auto to = is_inbound ? own : theirs;
    if (to.empty()) {
        co_return Outcome::rejected(
            is_inbound
                ? "Pipedrive needs the number that was called: give own_phone, in the record or as a setting"
                : "Pipedrive needs the number that was called, and the record holds no contact_phone",
            is_inbound ? "own_phone" : "contact_phone"
        );
    }
    json::object body{
        {"outcome", sdk::text_at(fields, "outcome")},
        {"to_phone_number", to},
        {"start_time", wire_time(*begin)},
        {"end_time", wire_time(*begin + std::chrono::seconds(seconds))},
        {"duration", std::to_string(seconds)}
    };
    const auto from = is_inbound ? theirs : own;
    if (!from.empty()) {
        body["from_phone_number"] = from;
    }
    const auto title = sdk::text_at(fields, "_title");
    body["subject"] =
        (is_inbound ? "Inbound" : "Outbound") + (title.empty() ? std::string(" call") : ": " + title);
    if (const auto text = sdk::text_at(fields, "_text"); !text.empty()) {
        body["note"] = sdk::html_of(text);
    }
    add_parents(body, operation);
    if (operation.maybe_applied) {
        const auto found = co_await find_call(session, *begin, from, to);
        if (!found) {
            co_return found.error();
        }
        if (!found->empty()) {
            co_return Outcome::done(*found);
        }
    }
    co_return written(co_await exchange(
        session, HttpRequest::post("/api/v1/callLogs").with_json(body).with_cost(kWrite), kPipedrive
    ));
}

}  // namespace navette::pipedrive
