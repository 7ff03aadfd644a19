#include "recipes.hpp"

#include <navette/sdk/reading.hpp>
#include <navette/sdk/signature.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace navette::zendesk {

namespace {

using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using sdk::OutcomeKind;
using sdk::Reply;
using sdk::Session;
using sdk::Task;

constexpr std::array<Resource, 3> kResources{{
    {"contact", "user", "users", "/api/v2/users", "/api/v2/incremental/users/cursor"},
    {"company", "organization", "organizations", "/api/v2/organizations", "/api/v2/incremental/organizations"
    },
    {"ticket", "ticket", "tickets", "/api/v2/tickets", "/api/v2/incremental/tickets/cursor"},
}};

Task<Outcome> put(Session& session, Resource resource, std::string id, json::object record) {
    const auto reply = co_await exchange(
        session,
        HttpRequest::put(std::string(resource.path) + "/" + sdk::path_segment(id))
            .with_json(json::object{{resource.single, std::move(record)}}),
        kZendesk
    );
    co_return written(reply, resource.single);
}

/// The oldest ticket with our key; empty where there is none. External ids of tickets are not unique.
Task<std::expected<std::string, Outcome>> find_ticket(Session& session, std::string key) {
    const auto reply = co_await exchange(
        session, HttpRequest::get("/api/v2/tickets").with_query("external_id", std::move(key)), kZendesk
    );
    if (!reply.ok() && reply.status != 404) {
        co_return std::unexpected(reply.outcome);
    }
    std::optional<std::int64_t> oldest;
    for (const auto& ticket : sdk::list_at(reply.body, "tickets")) {
        if (const auto id = sdk::integer_at(ticket, "id")) {
            oldest = std::min(oldest.value_or(*id), *id);
        }
    }
    co_return oldest ? std::to_string(*oldest) : std::string();
}

/// Makes a ticket once: what may have been made is looked for, and the same body is never carried out twice
/// within two hours.
Task<Outcome> create_ticket(Session& session, Operation operation, json::object ticket) {
    if (operation.maybe_applied) {
        const auto found = co_await find_ticket(session, operation.key);
        if (!found) {
            co_return found.error();
        }
        if (!found->empty()) {
            ticket.erase("comment");
            ticket.erase("requester");  // a member of creates
            co_return co_await put(session, *find_resource("ticket"), *found, std::move(ticket));
        }
    }
    ticket["external_id"] = operation.key;
    const json::object body{{"ticket", std::move(ticket)}};
    // Zendesk refuses a key that comes with another body, so the body is part of the key.
    const auto once = operation.key + "-" + sdk::fingerprint(json::serialize(body));
    const auto reply = co_await exchange(
        session,
        HttpRequest::post("/api/v2/tickets").with_json(body).with_header("Idempotency-Key", once),
        kZendesk
    );
    co_return written(reply, "ticket");
}

/// A comment has no id that anybody could use: the ticket's is not its own.
Outcome without_link(Outcome outcome) {
    if (outcome.kind == OutcomeKind::done) {
        return Outcome::done({});
    }
    return outcome;
}

json::object private_comment(const std::string& text) {
    // Without `public` the account's default holds, which may write to the customer.
    return {{"body", text}, {"public", false}};
}

std::string comment_text(const Operation& operation) {
    const auto& fields = operation.fields;
    std::string text;
    const auto add = [&text](std::string_view label, const std::string& value) {
        if (!value.empty()) {
            text += (text.empty() ? "" : "\n") + std::string(label) + value;
        }
    };
    add("", sdk::text_at(fields, "_title"));
    add("Direction: ", sdk::text_at(fields, "_direction"));
    add("Number: ", sdk::text_at(fields, "_phone"));
    add("Status: ", sdk::text_at(fields, "_status"));
    add("Begin: ", sdk::text_at(fields, "_started_at"));
    add("Seconds: ", sdk::text_at(fields, "_duration_s"));
    add("", sdk::text_at(fields, "_text"));
    return text + "\n[" + operation.key + "]";
}

/// Whether one of the ticket's latest comments carries our mark. `sort` is the order's name with cursor
/// paging only; with offset paging it would be ignored.
Task<std::expected<bool, Outcome>> has_comment(Session& session, std::string ticket, std::string mark) {
    const auto reply = co_await exchange(
        session,
        HttpRequest::get("/api/v2/tickets/" + sdk::path_segment(ticket) + "/comments")
            .with_query("sort", "-created_at")
            .with_query("page[size]", "100"),
        kZendesk
    );
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    co_return std::ranges::any_of(sdk::list_at(reply.body, "comments"), [&](const json::value& comment) {
        return sdk::text_at(comment, "plain_body").find(mark) != std::string::npos ||
               sdk::text_at(comment, "body").find(mark) != std::string::npos;
    });
}

}  // namespace

Outcome written(const Reply& reply, std::string_view single) {
    if (!reply.ok()) {
        return reply.outcome;
    }
    const auto* record = sdk::member_of(reply.body, single);
    const auto id = record == nullptr ? std::string() : sdk::text_at(*record, "id");
    return id.empty() ? Outcome::retry("Zendesk answered with a record that has no id").after_unknown_effect()
                      : Outcome::done(id, sdk::text_at(*record, "updated_at"));
}

json::object sendable(const json::object& fields) {
    json::object kept;
    for (const auto& [name, value] : fields) {
        if (!name.starts_with('_')) {
            kept[name] = value;
        }
    }
    return kept;
}

std::optional<std::int64_t> parent_of(const Operation& operation, const std::string& name) {
    const auto parent = operation.references.find(name);
    return parent == operation.references.end() ? std::nullopt : sdk::to_integer(parent->second);
}

const Resource* find_resource(std::string_view name) {
    const auto* found = std::ranges::find(kResources, name, &Resource::name);
    return found == kResources.end() ? nullptr : found;
}

Task<Outcome> push_ticket(Session& session, Operation operation) {
    auto ticket = sendable(operation.fields);
    if (!operation.remote_id.empty()) {
        // What was said in a ticket stays said; the body is sent once, at creation.
        co_return co_await put(session, *find_resource("ticket"), operation.remote_id, std::move(ticket));
    }
    if (const auto contact = parent_of(operation, "contact")) {
        ticket["requester_id"] = *contact;
    } else if (const auto email = sdk::text_at(operation.fields, "_requester_email"); !email.empty()) {
        const auto name = sdk::text_at(operation.fields, "_requester_name");
        ticket["requester"] = json::object{{"email", email}, {"name", name.empty() ? email : name}};
    }
    const auto* is_public = session.settings().if_contains("public_tickets");
    ticket["comment"] = json::object{
        {"body", sdk::text_at(operation.fields, "_body")},
        {"public", is_public != nullptr && *is_public == json::value(true)}
    };
    co_return co_await create_ticket(session, std::move(operation), std::move(ticket));
}

Task<Outcome> push_comment(Session& session, Operation operation) {
    const auto ticket = operation.references.find("ticket");
    if (ticket == operation.references.end() || ticket->second.empty()) {
        if (operation.object == "note") {
            co_return Outcome::rejected(
                "a note in Zendesk is a comment of a ticket, and this one names no ticket"
            );
        }
        json::object made{
            {"subject", "Call " + sdk::text_at(operation.fields, "_title")},
            {"status", "solved"},
            {"comment", private_comment(comment_text(operation))}
        };
        if (const auto contact = parent_of(operation, "contact")) {
            made["requester_id"] = *contact;
        }
        co_return without_link(co_await create_ticket(session, std::move(operation), std::move(made)));
    }
    const auto id = ticket->second;
    if (operation.maybe_applied) {
        const auto found = co_await has_comment(session, id, "[" + operation.key + "]");
        if (!found) {
            co_return found.error();
        }
        if (*found) {
            co_return Outcome::done({});
        }
    }
    json::object change{{"comment", private_comment(comment_text(operation))}};
    co_return without_link(co_await put(session, *find_resource("ticket"), id, std::move(change)));
}

Task<Outcome> remove_record(Session& session, Operation operation) {
    const auto* resource = find_resource(operation.object);
    if (operation.remote_id.empty() || resource == nullptr) {
        co_return Outcome::skipped("no Zendesk record is known for this one");
    }
    const auto reply = co_await exchange(
        session,
        HttpRequest::remove(std::string(resource->path) + "/" + sdk::path_segment(operation.remote_id)),
        kZendesk
    );
    const bool is_away = reply.ok() || reply.outcome.kind == OutcomeKind::gone;
    co_return is_away ? Outcome::done(operation.remote_id) : reply.outcome;
}

}  // namespace navette::zendesk
