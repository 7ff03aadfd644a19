// Customers: third parties. Nothing but the automatic customer code is unique there, so: look up, then
// create; one at a time.
#include "exchange.hpp"
#include "recipes.hpp"
#include "wire.hpp"

namespace navette::dolibarr {

namespace {

constexpr auto kPath = "/thirdparties";
constexpr std::int64_t kPrivatePerson = 8;  // typent_id of an individual, the same in every Dolibarr

/// What a record calls the party; empty where an update does not touch its name.
std::string name_of(const json::object& fields, bool is_new) {
    for (const auto* name : {"_company", "_person", "name"}) {
        if (std::string_view(name) == "_person" && !is_new &&
            !trimmed(text_at(fields, "_has_company")).empty()) {
            return {};  // the company's name stands there, and is not among what changed
        }
        if (auto text = trimmed(text_at(fields, name)); !text.empty()) {
            return text;
        }
    }
    auto person =
        trimmed(trimmed(text_at(fields, "_first_name")) + " " + trimmed(text_at(fields, "_last_name")));
    if (person.empty() && is_new) {
        const auto email = text_at(fields, "email");
        person = email.substr(0, email.find('@'));
    }
    return person;
}

Task<Outcome> adopt_customer(Session& session, json::object remote, json::object wanted, std::string key) {
    claim(remote, wanted, key);
    // A supplier or a prospect becomes a customer as well; nothing else is taken from it.
    const auto role = text_at(remote, "client");
    if (role == "0" || role == "2") {
        wanted["client"] = role == "0" ? 1 : 3;
    }
    co_return co_await adopt(session, kPath, std::move(remote), std::move(wanted));
}

}  // namespace

Task<Outcome> push_customer(Session& session, sdk::Operation operation) {
    auto fields = sendable(operation.fields);
    const auto name = name_of(operation.fields, operation.remote_id.empty());
    const auto email = trimmed(text_at(fields, "email"));
    if (!name.empty()) {
        fields["name"] = name;
    }
    // What a person in Dolibarr may have refined since the record was made is written at creation only.
    auto lasting = fields;
    for (const auto* only_at_creation : {"client", "code_client", "typent_id"}) {
        lasting.erase(only_at_creation);
    }
    if (!operation.remote_id.empty()) {
        co_return co_await update(session, kPath, operation.remote_id, std::move(lasting));
    }
    if (name.empty()) {
        co_return Outcome::rejected("the customer has neither a name nor an e-mail address", "name");
    }
    auto found = co_await find_ours(session, kPath, operation.key, email, equals_filter("email", email));
    if (!found) {
        co_return found.error();
    }
    if (!found->empty()) {
        co_return co_await adopt_customer(session, std::move(*found), std::move(lasting), operation.key);
    }

    fields["ref_ext"] = operation.key;
    fields.emplace("client", 1);
    const bool has_own_code = !fields.emplace("code_client", "-1").second;
    if (trimmed(text_at(operation.fields, "_company")).empty()) {
        fields.emplace("typent_id", kPrivatePerson);
    }
    add_unique_key(session, fields, operation.key);
    auto reply = co_await create(session, kPath, std::move(fields));
    if (auto outcome = outcome_of_create(reply)) {
        co_return std::move(*outcome);
    }
    // Either our own earlier create has become visible meanwhile, or a number assigned by Dolibarr met
    // another one.
    auto again = co_await find_ours(session, kPath, operation.key);
    if (!again) {
        co_return again.error();
    }
    if (again->empty()) {
        co_return has_own_code
            ? Outcome::conflict("another third party has this customer code: " + reply.outcome.message)
            : Outcome::retry(reply.outcome.message);
    }
    co_return co_await adopt_customer(session, std::move(*again), std::move(lasting), operation.key);
}

}  // namespace navette::dolibarr
