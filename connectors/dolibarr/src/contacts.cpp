// Contacts: people, of a third party or of none. No field of theirs is unique, so: look up, then create.
#include "exchange.hpp"
#include "recipes.hpp"
#include "wire.hpp"

namespace navette::dolibarr {

namespace {

constexpr auto kPath = "/contacts";

/// Dolibarr wants a last name: the first name takes its place, else what stands before the @.
void complete_name(json::object& fields) {
    if (!trimmed(text_at(fields, "lastname")).empty()) {
        return;
    }
    const auto first = trimmed(text_at(fields, "firstname"));
    const auto email = text_at(fields, "email");
    const auto last = first.empty() ? email.substr(0, email.find('@')) : first;
    if (!last.empty()) {
        fields["lastname"] = last;
        fields["firstname"] = "";
    }
}

/// Finds an e-mail address among the contacts of one third party, or among those of none.
std::optional<std::string> email_filter(const std::string& email, const std::string& customer_id) {
    const auto by_email = equals_filter("email", email);
    if (!by_email) {
        return std::nullopt;
    }
    const auto by_customer = equals_filter("fk_soc", customer_id).value_or("(t.fk_soc:is:null)");
    return "(" + *by_email + " and " + by_customer + ")";
}

}  // namespace

Task<Outcome> push_contact(Session& session, sdk::Operation operation) {
    auto fields = sendable(operation.fields);
    // An update that does not name the last name leaves it, unless the person has none.
    const auto first = trimmed(text_at(fields, "firstname"));
    const bool has_first_only = !first.empty() && first == trimmed(text_at(operation.fields, "_full_name"));
    if (operation.remote_id.empty() || fields.contains("lastname") || has_first_only) {
        complete_name(fields);
    }
    if (const auto customer = operation.references.find("customer"); customer != operation.references.end()) {
        fields["socid"] = customer->second;
    }
    if (!operation.remote_id.empty()) {
        co_return co_await update(session, kPath, operation.remote_id, std::move(fields));
    }
    if (text_at(fields, "lastname").empty()) {
        co_return Outcome::rejected("the contact has neither a name nor an e-mail address", "last_name");
    }
    const auto email = trimmed(text_at(fields, "email"));
    auto found = co_await find_ours(
        session, kPath, operation.key, email, email_filter(email, text_at(fields, "socid"))
    );
    if (!found) {
        co_return found.error();
    }
    if (!found->empty()) {
        claim(*found, fields, operation.key);
        co_return co_await adopt(session, kPath, std::move(*found), std::move(fields));
    }

    auto created = fields;
    created["ref_ext"] = operation.key;
    add_unique_key(session, created, operation.key);
    auto reply = co_await create(session, kPath, std::move(created));
    if (auto outcome = outcome_of_create(reply)) {
        co_return std::move(*outcome);
    }
    auto again = co_await find_ours(session, kPath, operation.key);
    if (!again) {
        co_return again.error();
    }
    if (again->empty()) {
        co_return Outcome::retry(reply.outcome.message);
    }
    co_return co_await adopt(session, kPath, std::move(*again), std::move(fields));
}

}  // namespace navette::dolibarr
