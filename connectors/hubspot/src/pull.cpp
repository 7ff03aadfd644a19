// Reading changes. HubSpot's search gives at most 10,000 rows of one query and lags behind writes. So:
//  - a sweep covers the window from the last sweep's end, less an overlap, to now;
//  - within a sweep the pages go by record id, each a query of its own: no query comes near the limit, and a
//    record that changes meanwhile only moves into the next sweep's window.
#include "errors.hpp"
#include "objects.hpp"
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <utility>

namespace navette::hubspot {

namespace {

using sdk::HttpRequest;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

constexpr std::chrono::minutes kOverlap{5};
constexpr int kPage = 200;

json::array names_of(const json::object& settings, const Object& object) {
    json::array names;
    const auto extra = sdk::text_at(settings, "extra_properties");
    for (std::string_view list : {object.properties, std::string_view(extra)}) {
        while (!list.empty()) {
            auto name = list.substr(0, list.find(','));
            list.remove_prefix(std::min(list.size(), name.size() + 1));
            name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
            name = name.substr(0, name.find_last_not_of(' ') + 1);
            if (!name.empty()) {
                names.push_back(json::string(name));
            }
        }
    }
    return names;
}

sdk::RemoteRecord to_record(const json::value& result) {
    sdk::RemoteRecord record;
    record.remote_id = sdk::text_at(result, "id");
    record.version = sdk::text_at(result, "updatedAt");
    record.modified_at = sdk::from_loose_iso_text(record.version);
    const auto* archived = sdk::member_of(result, "archived");
    record.deleted = archived != nullptr && *archived == json::value(true);
    const auto* properties = sdk::member_of(result, "properties");
    if (properties != nullptr && properties->is_object()) {
        record.fields = properties->get_object();
    }
    return record;
}

json::object filter(std::string_view property, std::string_view comparison, const std::string& value) {
    return {{"propertyName", property}, {"operator", comparison}, {"value", value}};
}

}  // namespace

Task<std::expected<sdk::PullPage, Outcome>> pull_changes(Session& session, sdk::PullRequest request) {
    const auto* object = find_object(request.object);
    if (object == nullptr || object->name == "note" || object->name == "call") {
        co_return std::unexpected(
            Outcome::rejected("changes of " + request.object + " cannot be read from HubSpot")
        );
    }
    const auto since = sdk::integer_at(request.cursor, "since");
    const auto begun = sdk::integer_at(request.cursor, "until");
    const auto after = begun ? sdk::text_at(request.cursor, "after") : std::string();
    const auto until = begun.value_or(session.now().time_since_epoch().count());

    json::array filters;
    if (since) {
        filters.push_back(filter(object->modified, "GTE", std::to_string(*since)));
    }
    filters.push_back(filter(object->modified, "LTE", std::to_string(until)));
    if (!after.empty()) {
        filters.push_back(filter("hs_object_id", "GT", after));
    }
    const auto limit = std::clamp(request.limit, 1, kPage);
    const json::object query{
        {"filterGroups", json::array{json::object{{"filters", std::move(filters)}}}},
        {"sorts", json::array{json::object{{"propertyName", "hs_object_id"}, {"direction", "ASCENDING"}}}},
        {"properties", names_of(session.settings(), *object)},
        {"limit", limit}
    };
    // A search writes nothing, although it is sent by POST.
    auto reply = co_await exchange(
        session,
        HttpRequest::post(object_path(session.settings(), *object, "/search")).with_json(query),
        kHubSpot
    );
    if (!reply.ok()) {
        reply.outcome.maybe_applied = false;
        co_return std::unexpected(std::move(reply.outcome));
    }
    sdk::PullPage page;
    for (const auto& result : sdk::list_at(reply.body, "results")) {
        page.records.push_back(to_record(result));
    }
    page.more = page.records.size() >= static_cast<std::size_t>(limit);
    if (page.more) {
        json::object cursor{{"until", until}, {"after", page.records.back().remote_id}};
        if (since) {
            cursor["since"] = *since;
        }
        page.cursor = std::move(cursor);
    } else {
        page.cursor = json::object{{"since", until - std::chrono::milliseconds(kOverlap).count()}};
    }
    co_return page;
}

Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_record(
    Session& session, std::string object, std::string remote_id
) {
    const auto* known = find_object(object);
    if (known == nullptr) {
        co_return std::unexpected(Outcome::rejected("HubSpot's connector knows no object " + object));
    }
    if (remote_id.empty()) {
        co_return std::unexpected(Outcome::gone("no id of a HubSpot " + object + " is known"));
    }
    std::string names;
    for (const auto& name : names_of(session.settings(), *known)) {
        names += (names.empty() ? "" : ",") + std::string(name.get_string());
    }
    auto reply = co_await exchange(
        session,
        HttpRequest::get(object_path(session.settings(), *known, "/" + sdk::path_segment(remote_id)))
            .with_query("properties", std::move(names)),
        kHubSpot
    );
    if (!reply.ok()) {
        co_return std::unexpected(std::move(reply.outcome));
    }
    auto record = to_record(reply.body);
    if (record.remote_id.empty()) {
        co_return std::unexpected(Outcome::retry("HubSpot answered with a record that has no id"));
    }
    co_return record;
}

}  // namespace navette::hubspot
