// The connection test: which organisation answers, and for each kind of record whether navette's user may
// write it and its key field. Nothing is written.
#include "call.hpp"
#include "errors.hpp"
#include "objects.hpp"
#include "outbound_message.hpp"
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

namespace navette::salesforce {

namespace {

using sdk::HttpRequest;
using sdk::Session;
using sdk::Task;

std::string joined(const std::string& names, std::string_view name) {
    return names + (names.empty() ? "" : ", ") + std::string(name);
}

bool has_key_field(const json::value& description, const std::string& name) {
    for (const auto& field : sdk::list_at(description, "fields")) {
        const auto* known = field.if_object();
        if (known != nullptr && sdk::text_at(*known, "name") == name) {
            return sdk::is_true(*known, "externalId") && sdk::is_true(*known, "unique") &&
                   sdk::is_true(*known, "updateable");
        }
    }
    return false;
}

bool may_be_written(const json::value& description) {
    const auto* object = description.if_object();
    return object != nullptr && sdk::is_true(*object, "createable") && sdk::is_true(*object, "updateable");
}

Task<sdk::Reply> describe(Session& session, std::string_view type) {
    const auto path = "/sobjects/" + std::string(type) + "/describe";
    co_return co_await call(session, HttpRequest::get(data_path(session.settings(), path)));
}

}  // namespace

Task<sdk::TestReport> test_connection(Session& session) {
    const auto& settings = session.settings();
    const auto organisation = co_await call(
        session,
        HttpRequest::get(data_path(settings, "/query")).with_query("q", "SELECT Id FROM Organization")
    );
    if (!organisation.ok()) {
        co_return sdk::TestReport{false, organisation.outcome.message};
    }
    const auto& rows = sdk::list_at(organisation.body, "records");
    const auto id = rows.empty() ? std::string() : full_id(sdk::text_at(rows.front(), "Id"));
    const auto expected = full_id(sdk::text_at(settings, "organization_id"));
    if (!expected.empty() && !id.empty() && expected != id) {
        co_return sdk::TestReport{
            false,
            "these credentials belong to the organisation " + id + ", organization_id names " + expected +
                ": correct one of them"
        };
    }
    std::string forbidden;
    std::string keyless;
    for (const auto& object : keyed_objects()) {
        const auto reply = co_await describe(session, object.type);
        if (!reply.ok() && reply.status != 403 && reply.status != 404) {
            co_return sdk::TestReport{false, reply.outcome.message};
        }
        if (!reply.ok() || !may_be_written(reply.body)) {
            forbidden = joined(forbidden, object.type);
        } else if (!has_key_field(reply.body, key_field(settings))) {
            keyless = joined(keyless, object.type);
        }
    }
    const auto notes = co_await describe(session, "ContentNote");
    if (!notes.ok() && notes.status != 403 && notes.status != 404) {
        co_return sdk::TestReport{false, notes.outcome.message};
    }
    if (!notes.ok() || !may_be_written(notes.body)) {
        forbidden = joined(forbidden, "ContentNote");
    }
    std::string sentence = "Salesforce accepts the credentials of the organisation " + id + ".";
    if (!forbidden.empty()) {
        sentence += " navette's user may not write: " + forbidden + "; grant it, or map nothing to them.";
    }
    if (!keyless.empty()) {
        sentence += " The field " + key_field(settings) +
                    ", external id, unique and editable, is missing on: " + keyless +
                    ". Make it before such records are carried over (the connector's README says how).";
    }
    co_return sdk::TestReport{true, std::move(sentence)};
}

}  // namespace navette::salesforce
