// Users and organizations, one at a time: Zendesk's own upsert by our key as external id.
#include "parties.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <utility>

namespace navette::zendesk {

namespace {

using sdk::HttpRequest;
using sdk::Operation;
using sdk::Outcome;
using sdk::OutcomeKind;
using sdk::Session;
using sdk::Task;

/// Zendesk keeps addresses in lower case.
bool is_same_address(std::string_view left, std::string_view right) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(left, right, {}, lower, lower);
}

/// The user's identity with that address; empty where there is none.
Task<std::expected<std::string, Outcome>> find_identity(
    Session& session, std::string path, std::string email
) {
    const auto reply = co_await exchange(
        session, HttpRequest::get(std::move(path)).with_query("page[size]", "100"), kZendesk
    );
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    for (const auto& identity : sdk::list_at(reply.body, "identities")) {
        if (sdk::text_at(identity, "type") == "email" &&
            is_same_address(sdk::text_at(identity, "value"), email)) {
            co_return sdk::text_at(identity, "id");
        }
    }
    co_return std::string();
}

/// Makes the address the user's primary one.
Task<Outcome> make_primary(Session& session, std::string id, std::string email) {
    const auto path =
        std::string(find_resource("contact")->path) + "/" + sdk::path_segment(id) + "/identities";
    const auto found = co_await find_identity(session, path, email);
    if (!found) {
        co_return found.error();
    }
    auto identity = *found;
    if (identity.empty()) {
        const json::object wanted{{"type", "email"}, {"value", email}, {"skip_verify_email", true}};
        const auto made = co_await exchange(
            session, HttpRequest::post(path).with_json(json::object{{"identity", wanted}}), kZendesk
        );
        if (!made.ok()) {
            co_return made.outcome;
        }
        const auto* held = sdk::member_of(made.body, "identity");
        identity = held == nullptr ? std::string() : sdk::text_at(*held, "id");
        if (identity.empty()) {
            co_return Outcome::retry("Zendesk answered with an identity that has no id")
                .after_unknown_effect();
        }
    }
    const auto reply = co_await exchange(
        session, HttpRequest::put(path + "/" + sdk::path_segment(identity) + "/make_primary"), kZendesk
    );
    co_return reply.ok() ? Outcome::done(id) : reply.outcome;
}

/// An organization's upsert does not go by name, which is unique all the same: the one of that name is ours.
Task<Outcome> adopt_organization(Session& session, Resource resource, json::object record, Outcome clash) {
    const auto name = sdk::text_at(record, "name");
    const auto reply = co_await exchange(
        session, HttpRequest::get(std::string(resource.path) + "/search").with_query("name", name), kZendesk
    );
    if (!reply.ok()) {
        co_return reply.outcome;
    }
    for (const auto& found : sdk::list_at(reply.body, resource.plural)) {
        const auto id = sdk::text_at(found, "id");
        const auto owner = sdk::text_at(found, "external_id");
        // The search goes by the name whatever the case of its letters, as its uniqueness does.
        if (id.empty()) {
            continue;
        }
        if (!owner.empty() && owner != sdk::text_at(record, "external_id")) {
            co_return Outcome::conflict(std::string("the organization ")
                                            .append(name)
                                            .append(" belongs to another system, by its external id ")
                                            .append(owner));
        }
        const auto put = co_await exchange(
            session,
            HttpRequest::put(std::string(resource.path) + "/" + sdk::path_segment(id))
                .with_json(json::object{{resource.single, std::move(record)}}),
            kZendesk
        );
        co_return written(put, resource.single);
    }
    co_return clash;
}

}  // namespace

json::object party_record(const Operation& operation, const Resource& resource) {
    auto record = sendable(operation.fields);
    record["external_id"] = operation.key;
    if (const auto company = parent_of(operation, "company")) {
        record["organization_id"] = *company;
    }
    if (resource.single == "user") {
        if (operation.remote_id.empty()) {
            record["skip_verify_email"] = true;  // else Zendesk writes to the customer
        } else {
            record.erase("email");  // an update would only add a second address, and write to it
        }
    }
    return record;
}

Task<Outcome> settle_address(Session& session, Operation operation, json::value user, Outcome outcome) {
    const auto* shown = sdk::member_of(user, "email");
    const auto wanted = sdk::text_at(operation.fields, "email");
    if (!outcome.is_success() || shown == nullptr || wanted.empty() ||
        is_same_address(sdk::text_at(user, "email"), wanted)) {
        co_return outcome;
    }
    auto primary = co_await make_primary(session, outcome.remote_id, wanted);
    if (!primary.is_success()) {
        co_return primary;
    }
    outcome.remote_version.clear();  // it has changed since
    co_return outcome;
}

Task<Outcome> push_party(Session& session, Resource resource, Operation operation) {
    auto record = party_record(operation, resource);
    const auto path = std::string(resource.path);
    auto request = operation.remote_id.empty()
                       ? HttpRequest::post(path + "/create_or_update")
                       : HttpRequest::put(path + "/" + sdk::path_segment(operation.remote_id));
    const auto reply = co_await exchange(
        session, std::move(request).with_json(json::object{{resource.single, record}}), kZendesk
    );
    auto outcome = written(reply, resource.single);
    if (outcome.kind == OutcomeKind::conflict && resource.single == "organization" &&
        operation.remote_id.empty()) {
        co_return co_await adopt_organization(session, resource, std::move(record), std::move(outcome));
    }
    const auto* user = resource.single == "user" ? sdk::member_of(reply.body, "user") : nullptr;
    if (user == nullptr) {
        co_return outcome;
    }
    co_return co_await settle_address(session, std::move(operation), *user, std::move(outcome));
}

}  // namespace navette::zendesk
