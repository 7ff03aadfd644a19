// The connection test: one look at each kind of record, one at the property that carries our key. Nothing is
// written, so the right to write is not tried.
#include "errors.hpp"
#include "objects.hpp"
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <array>
#include <optional>

namespace navette::hubspot {

namespace {

using sdk::HttpRequest;
using sdk::Session;
using sdk::Task;

constexpr std::array<std::string_view, 5> kTried{"contact", "company", "deal", "note", "call"};

std::string joined(const std::string& names, std::string_view name) {
    return names + (names.empty() ? "" : ", ") + std::string(name);
}

}  // namespace

Task<sdk::TestReport> test_connection(Session& session) {
    const auto& settings = session.settings();
    std::string unreadable;
    for (const auto name : kTried) {
        const auto reply = co_await exchange(
            session,
            HttpRequest::get(object_path(settings, *find_object(name), "")).with_query("limit", "1"),
            kHubSpot
        );
        if (reply.ok()) {
            continue;
        }
        if (reply.status != 403) {
            co_return sdk::TestReport{false, reply.outcome.message};
        }
        const auto scopes = missing_scopes(reply.body);
        unreadable =
            joined(unreadable, scopes.empty() ? std::string(find_object(name)->scope) + ".read" : scopes);
    }
    if (!unreadable.empty()) {
        co_return sdk::TestReport{
            false,
            "HubSpot accepts the token, which lacks the scopes: " + unreadable + ". Grant them in HubSpot."
        };
    }
    const auto property = key_property(settings);
    const auto version = object_path(settings, *find_object("deal"), "");
    const auto begin = std::string("/crm/objects/").size();
    const auto prefix = "/crm/properties/" + version.substr(begin, version.rfind('/') - begin) + "/";
    std::string lacking;
    for (const auto name : kTried) {
        const auto* object = find_object(name);
        const auto reply = co_await exchange(
            session,
            HttpRequest::get(prefix + std::string(object->plural) + "/" + sdk::path_segment(property)),
            kHubSpot
        );
        const auto* unique = sdk::member_of(reply.body, "hasUniqueValue");
        if (reply.ok() ? unique == nullptr || *unique != json::value(true) : reply.status == 404) {
            lacking = joined(lacking, object->plural);
        }
    }
    if (!lacking.empty()) {
        co_return sdk::TestReport{
            true,
            "HubSpot accepts the token. The unique property " + property + " is missing on: " + lacking +
                ". Make it before such records are carried over (the connector's README says how)."
        };
    }
    co_return sdk::TestReport{true, "HubSpot accepts the token, and every object has its unique property."};
}

}  // namespace navette::hubspot
