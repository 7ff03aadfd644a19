// Notes and calls: events of the agenda. Their external reference is indexed but not unique, so: look up
// where an earlier attempt may have had its effect, then create.
#include "exchange.hpp"
#include "recipes.hpp"
#include "wire.hpp"

#include <array>
#include <utility>

namespace navette::dolibarr {

namespace {

constexpr auto kPath = "/agendaevents";
constexpr std::size_t kLabelLength = 80;

/// The user who owns the events: the one of the settings, else the key's own.
Task<std::expected<std::int64_t, Outcome>> owner_of_events(Session& session) {
    constexpr auto kRemembered = "dolibarr.user_id";
    if (const auto chosen = integer_at(session.settings(), "owner_user_id")) {
        co_return *chosen;
    }
    if (const auto known = to_integer(session.recall(kRemembered))) {
        co_return *known;
    }
    auto reply = co_await get(session, "/users/info");
    if (reply.outcome.kind == sdk::OutcomeKind::misconfigured) {
        co_return std::unexpected(
            Outcome::misconfigured("Dolibarr does not tell the API user who owns notes and calls: set "
                                   "owner_user_id, or grant the right "
                                   "342, modify own user")
        );
    }
    const auto id = reply.body.is_object() ? integer_at(reply.body.get_object(), "id") : std::nullopt;
    if (!id) {
        co_return std::unexpected(
            reply.kind == Kind::ok
                ? Outcome::retry("Dolibarr does not tell the API user's id; set owner_user_id")
                : reply.outcome
        );
    }
    session.remember(kRemembered, *id);
    co_return *id;
}

void link_parents(const sdk::Operation& operation, json::object& fields) {
    static constexpr std::array<std::pair<const char*, const char*>, 4> kParents{
        {{"customer", "socid"}, {"contact", "contact_id"}, {"deal", "fk_project"}, {"order", "elementid"}}
    };
    for (const auto& [parent, field] : kParents) {
        if (const auto found = operation.references.find(parent); found != operation.references.end()) {
            fields[field] = found->second;
        }
    }
    if (operation.references.contains("order")) {
        fields["elementtype"] = "order";
    }
}

void shape_call(const json::object& told, json::object& fields) {
    const auto direction = lower_ascii(trimmed(text_at(told, "_direction")));
    fields.emplace("type_code", "AC_TEL");
    fields.emplace("percentage", 100);
    fields.emplace(
        "label",
        direction == "inbound"    ? "Inbound call"
        : direction == "outbound" ? "Outbound call"
                                  : "Call"
    );
    if (const auto start = integer_at(fields, "datep")) {
        fields.emplace("datef", *start + integer_at(told, "_duration_s").value_or(0));
    }
    if (!direction.empty()) {
        fields["note_private"] = trimmed("[" + direction + "] " + text_at(fields, "note_private"));
    }
}

void shape_note(json::object& fields) {
    const auto body = trimmed(text_at(fields, "note_private"));
    const auto first_line = body.substr(0, body.find('\n'));
    fields.emplace("type_code", "AC_OTH");
    fields.emplace("percentage", -1);
    fields.emplace(
        "label", first_line.empty() ? "Note" : trimmed(first_code_points(first_line, kLabelLength))
    );
}

}  // namespace

Task<Outcome> push_event(Session& session, sdk::Operation operation) {
    auto fields = sendable(operation.fields);
    if (operation.object == "call") {
        shape_call(operation.fields, fields);
    } else {
        shape_note(fields);
    }
    link_parents(operation, fields);
    if (!operation.remote_id.empty()) {
        co_return co_await update(session, kPath, operation.remote_id, std::move(fields));
    }
    if (operation.maybe_applied) {
        const auto found = co_await search(session, kPath, "(t.ref_ext:=:'" + operation.key + "')");
        if (!found) {
            co_return found.error();
        }
        if (!found->empty()) {
            co_return Outcome::done(text_at(found->front().get_object(), "id"));
        }
    }
    const auto owner = co_await owner_of_events(session);
    if (!owner) {
        co_return owner.error();
    }
    fields["userownerid"] = *owner;
    fields["ref_ext"] = operation.key;
    add_unique_key(session, fields, operation.key);
    auto reply = co_await create(session, kPath, std::move(fields));
    if (auto outcome = outcome_of_create(reply)) {
        co_return std::move(*outcome);
    }
    const auto found = co_await search(session, kPath, "(t.ref_ext:=:'" + operation.key + "')");
    if (!found) {
        co_return found.error();
    }
    co_return found->empty() ? Outcome::retry(reply.outcome.message)
                             : Outcome::done(text_at(found->front().get_object(), "id"));
}

}  // namespace navette::dolibarr
