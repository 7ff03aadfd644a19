// Orders: our number is their unique reference, so one POST both looks and creates; a taken number is adopted
// where it is ours. Every step after it (lines of a draft, validate, close) looks at the order's state first
// or is answered 304 when it was done before, so that a run cut off anywhere is completed by the next one.
#include "exchange.hpp"
#include "order_lines.hpp"
#include "recipes.hpp"
#include "wire.hpp"

#include <array>
#include <utility>

namespace navette::dolibarr {

namespace {

constexpr auto kPath = "/orders";
constexpr std::size_t kLongestRef = 30;

enum Status : std::int64_t { cancelled = -1, draft = 0, validated = 1, closed = 3 };

/// What the application wants of the order, checked before the first call.
struct Wish {
    json::object fields;  // as sent to POST /orders
    std::string ref;
    std::string key;
    std::int64_t status = Status::draft;
    std::optional<std::int64_t> cents;  // the total that the application counts
};

std::optional<std::int64_t> status_of(const std::string& state) {
    static constexpr std::array<std::pair<std::string_view, std::int64_t>, 8> kStates{{
        {"", Status::draft},
        {"pending", Status::draft},
        {"awaiting_validation", Status::draft},
        {"failed", Status::draft},
        {"refunded", Status::draft},
        {"paid", Status::validated},
        {"processing", Status::validated},
        {"completed", Status::closed},
    }};
    for (const auto& [name, status] : kStates) {
        if (name == state) {
            return status;
        }
    }
    return std::nullopt;
}

bool may_validate(const json::object& settings) {
    const auto* value = settings.if_contains("validate_orders");
    return value == nullptr || !value->is_bool() || value->get_bool();
}

std::expected<Wish, Outcome> read_wish(const sdk::Operation& operation, const json::object& settings) {
    Wish wish;
    wish.key = operation.key;
    wish.fields = sendable(operation.fields);
    wish.ref = stored_ref(text_at(wish.fields, "ref"));
    const bool is_kept = !operation.remote_id.empty() && !wish.fields.contains("ref");
    if (is_kept) {
        // An update that does not name the number leaves it.
    } else if (wish.ref.empty() || first_code_points(wish.ref, kLongestRef).size() != wish.ref.size()) {
        return std::unexpected(Outcome::rejected(
            wish.ref.empty()
                ? "the order has no number: without one it could be written twice"
                : "the order number " + wish.ref + " is longer than the 30 characters that Dolibarr keeps",
            "ref"
        ));
    }
    const auto currency = text_at(operation.fields, "_currency");
    const auto company_currency = text_at(settings, "currency");
    if (!currency.empty() && !company_currency.empty() &&
        lower_ascii(currency) != lower_ascii(company_currency)) {
        return std::unexpected(Outcome::rejected(
            "the order is in " + currency + ", but Dolibarr would book the same number in " +
                company_currency,
            "currency"
        ));
    }
    if (auto problem = problem_of_lines(wish.fields)) {
        return std::unexpected(std::move(*problem));
    }
    const auto state = lower_ascii(trimmed(text_at(operation.fields, "_status")));
    const auto status = status_of(state);
    if (!status) {
        return std::unexpected(Outcome::rejected(
            "the order state \"" + state +
                "\" is unknown; translate it by a lookup in the mapping of _status to pending, "
                "awaiting_validation, paid, processing, completed, failed or refunded",
            "status"
        ));
    }
    wish.status = may_validate(settings) ? *status : std::int64_t{Status::draft};
    if (const auto* cents = operation.fields.if_contains("_amount_cents")) {
        wish.cents = to_integer(*cents);
    }
    if (const auto customer = operation.references.find("customer"); customer != operation.references.end()) {
        wish.fields["socid"] = customer->second;
    }
    if (!is_kept) {
        wish.fields["ref"] = wish.ref;
    }
    wish.fields["ref_ext"] = wish.key;
    return wish;
}

void remark_total(Session& session, const Wish& wish, const json::object& order) {
    const auto total = cents_at(order, "total_ttc");
    if (wish.cents && total && *total != *wish.cents) {
        session.remark(
            "order " + wish.ref + ": Dolibarr counts a total of " + cents_text(*total) +
            ", the application " + cents_text(*wish.cents)
        );
    }
}

/// One step forward: validate or close. Returns the order after it.
Task<std::expected<json::object, Outcome>> step(
    Session& session, std::string id, std::string action, Status goal
) {
    const auto path = std::string(kPath) + "/" + id;
    auto reply = co_await act(session, path + "/" + action);
    if (reply.kind == Kind::unchanged) {
        reply = co_await get(session, path);
    }
    if (reply.kind != Kind::ok || !reply.body.is_object()) {
        co_return std::unexpected(std::move(reply.outcome));
    }
    // Closing what is no longer validated is answered 200 and does nothing.
    if (integer_at(reply.body.get_object(), "statut").value_or(Status::draft) < goal) {
        co_return std::unexpected(Outcome::retry("order " + id + " did not change its state on /" + action));
    }
    co_return std::move(reply.body.get_object());
}

/// Carries the order forward to the wished state, never back.
Task<Outcome> advance(Session& session, Wish wish, std::string id, std::int64_t status, json::object order) {
    if (status == Status::draft && wish.status >= Status::validated) {
        auto after = co_await step(session, id, "validate", Status::validated);
        if (!after) {
            co_return after.error();
        }
        order = std::move(*after);
        status = Status::validated;
    }
    if (status >= Status::validated && status < Status::closed && wish.status == Status::closed) {
        auto after = co_await step(session, id, "close", Status::closed);
        if (!after) {
            co_return after.error();
        }
        order = std::move(*after);
    }
    remark_total(session, wish, order);
    co_return Outcome::done(std::move(id));
}

/// Brings an order that exists to the wished state; only what differs is written.
Task<Outcome> bring_up_to_date(Session& session, Wish wish, json::object order) {
    const auto id = text_at(order, "id");
    auto status = integer_at(order, "statut").value_or(Status::draft);
    if (status == Status::cancelled) {
        session.remark("order " + wish.ref + " was cancelled in Dolibarr and is left alone");
        co_return Outcome::done(id);
    }
    json::object texts;
    for (const auto* name : {"ref_client", "note_public", "note_private"}) {
        const auto* ours = wish.fields.if_contains(name);
        if (ours != nullptr && !is_same(order.if_contains(name), *ours)) {
            texts[name] = *ours;
        }
    }
    if (!texts.empty()) {
        auto reply = co_await put(session, std::string(kPath) + "/" + id, std::move(texts));
        if (reply.kind != Kind::ok || !reply.body.is_object()) {
            co_return std::move(reply.outcome);
        }
        order = std::move(reply.body.get_object());
        status = integer_at(order, "statut").value_or(status);
    }
    const auto* lines = wish.fields.if_contains("lines");
    if (lines != nullptr && lines->is_array() && !has_same_lines(order, wish.fields)) {
        if (status != Status::draft) {
            session.remark(
                "order " + wish.ref +
                " is validated: its lines differ from the application's and stay as they are"
            );
        } else {
            const auto replaced = co_await replace_lines(session, std::move(order), lines->get_array());
            if (replaced.kind != sdk::OutcomeKind::done) {
                co_return replaced;
            }
            auto reply = co_await get(session, std::string(kPath) + "/" + id);
            if (reply.kind != Kind::ok || !reply.body.is_object()) {
                co_return std::move(reply.outcome);
            }
            order = std::move(reply.body.get_object());
        }
    }
    co_return co_await advance(session, std::move(wish), id, status, std::move(order));
}

/// The order that holds our number; an empty object where it cannot be seen.
Task<std::expected<json::object, Outcome>> find_taken(Session& session, std::string ref, std::string key) {
    if (fits_path(ref)) {
        auto reply = co_await get(session, std::string(kPath) + "/ref/" + ref);
        if (reply.kind == Kind::missing) {
            co_return json::object();
        }
        if (reply.kind != Kind::ok || !reply.body.is_object()) {
            co_return std::unexpected(std::move(reply.outcome));
        }
        co_return std::move(reply.body.get_object());
    }
    const auto filter = equals_filter("ref", ref).value_or("(t.ref_ext:=:'" + key + "')");
    const auto found = co_await search(session, kPath, filter);
    if (!found) {
        co_return std::unexpected(found.error());
    }
    co_return found->empty() ? json::object() : found->front().get_object();
}

Task<Outcome> adopt_order(Session& session, Wish wish) {
    auto found = co_await find_taken(session, wish.ref, wish.key);
    if (!found) {
        co_return found.error();
    }
    if (found->empty()) {
        // The transaction that took the number is still open, or was rolled back since.
        co_return Outcome::retry(
            "the order number " + wish.ref + " is taken, but no such order can be seen yet"
        );
    }
    if (text_at(*found, "ref_ext") != wish.key) {
        co_return Outcome::conflict(
            "order " + text_at(*found, "ref") + " (id " + text_at(*found, "id") +
            ") exists in Dolibarr and was not written by this integration: rename or delete it there, or "
            "give the order another number"
        );
    }
    co_return co_await bring_up_to_date(session, std::move(wish), std::move(*found));
}

}  // namespace

Task<Outcome> push_order(Session& session, sdk::Operation operation) {
    auto wish = read_wish(operation, session.settings());
    if (!wish) {
        co_return wish.error();
    }
    if (text_at(operation.fields, "_status") == "refunded") {
        session.remark("order " + wish->ref + " is refunded: make its credit note in Dolibarr by hand");
    }
    if (!operation.remote_id.empty()) {
        auto reply = co_await get(session, std::string(kPath) + "/" + sdk::path_segment(operation.remote_id));
        if (reply.kind != Kind::ok || !reply.body.is_object()) {
            co_return std::move(reply.outcome);
        }
        wish->ref = text_at(reply.body.get_object(), "ref");
        co_return co_await bring_up_to_date(session, std::move(*wish), std::move(reply.body.get_object()));
    }
    if (text_at(wish->fields, "socid").empty()) {
        co_return Outcome::rejected("the order names no customer", "customer");
    }
    auto fields = wish->fields;
    add_unique_key(session, fields, operation.key);
    auto reply = co_await create(session, kPath, std::move(fields));
    if (reply.kind == Kind::duplicate) {
        co_return co_await adopt_order(session, std::move(*wish));
    }
    if (reply.kind != Kind::ok) {
        co_return std::move(reply.outcome);
    }
    co_return co_await advance(
        session, std::move(*wish), std::to_string(reply.body.as_int64()), Status::draft, json::object()
    );
}

}  // namespace navette::dolibarr
