// Reading changes. HubSpot's search gives at most 10,000 rows of one query and lags behind writes. So:
//  - a sweep covers the window from the last sweep's end, less an overlap, to now;
//  - within a sweep the pages go by record id, each a query of its own: no query comes near the limit, and a
//    record that changes meanwhile only moves into the next sweep's window;
//  - archived records appear in no search: now and then a sweep ends with the list of the recycle bin, which
//    HubSpot gives as a whole only. What was archived before the last such look is passed over.
#include "errors.hpp"
#include "objects.hpp"
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace navette::hubspot {

namespace {

using sdk::HttpRequest;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

constexpr std::chrono::minutes kOverlap{5};
constexpr int kPage = 200;
constexpr int kBinPage = 100;

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

sdk::RemoteRecord to_record(const json::value& result, const Object& object, const json::object& settings) {
    sdk::RemoteRecord record;
    record.remote_id = sdk::text_at(result, "id");
    record.version = sdk::text_at(result, "updatedAt");
    record.modified_at = sdk::from_loose_iso_text(record.version);
    const auto* archived = sdk::member_of(result, "archived");
    record.deleted = archived != nullptr && *archived == json::value(true);
    const auto* properties = sdk::member_of(result, "properties");
    if (properties != nullptr && properties->is_object()) {
        record.fields = shown_of(object, properties->get_object(), settings);
    }
    return record;
}

json::object filter(std::string_view property, std::string_view comparison, const std::string& value) {
    return {{"propertyName", property}, {"operator", comparison}, {"value", value}};
}

/// Where reading stands. Times in milliseconds since 1970.
struct Cursor {
    std::optional<std::int64_t> since;     // the window's begin; none: from the beginning
    std::int64_t until = 0;                // its end
    std::string after;                     // the last record id of the sweep so far
    std::optional<std::int64_t> archived;  // what was archived before is told; none: nothing is
    std::optional<std::string> bin;        // the place in the recycle bin, once the sweep is there
};

Cursor cursor_of(const json::value& told, sdk::Instant now) {
    Cursor cursor;
    cursor.since = sdk::integer_at(told, "since");
    cursor.archived = sdk::integer_at(told, "archived");
    const auto begun = sdk::integer_at(told, "until");
    cursor.until = begun.value_or(now.time_since_epoch().count());
    if (begun) {
        cursor.after = sdk::text_at(told, "after");
        if (sdk::member_of(told, "bin") != nullptr) {
            cursor.bin = sdk::text_at(told, "bin");
        }
    }
    return cursor;
}

json::object text_of(const Cursor& cursor) {
    json::object told{{"until", cursor.until}};
    if (cursor.since) {
        told["since"] = *cursor.since;
    }
    if (cursor.archived) {
        told["archived"] = *cursor.archived;
    }
    if (cursor.bin) {
        told["bin"] = *cursor.bin;
    } else {
        told["after"] = cursor.after;
    }
    return told;
}

/// The cursor of the next sweep, after this one.
json::object after_sweep(const Cursor& cursor) {
    const auto begin = cursor.until - std::chrono::milliseconds(kOverlap).count();
    json::object told{{"since", begin}};
    const auto archived = cursor.bin ? std::optional(begin) : cursor.archived;
    if (archived) {
        told["archived"] = *archived;
    }
    return told;
}

bool is_bin_due(const Cursor& cursor, const json::object& settings) {
    const auto every = std::chrono::minutes(sdk::integer_at(settings, "archived_every").value_or(60));
    return !cursor.archived || cursor.until - *cursor.archived >= std::chrono::milliseconds(every).count();
}

using Page = std::expected<sdk::PullPage, Outcome>;

Task<Page> pull_changed(Session& session, const Object& object, Cursor cursor, int wanted) {
    json::array filters;
    if (cursor.since) {
        filters.push_back(filter(object.modified, "GTE", std::to_string(*cursor.since)));
    }
    filters.push_back(filter(object.modified, "LTE", std::to_string(cursor.until)));
    if (!cursor.after.empty()) {
        filters.push_back(filter("hs_object_id", "GT", cursor.after));
    }
    const auto limit = std::clamp(wanted, 1, kPage);
    const json::object query{
        {"filterGroups", json::array{json::object{{"filters", std::move(filters)}}}},
        {"sorts", json::array{json::object{{"propertyName", "hs_object_id"}, {"direction", "ASCENDING"}}}},
        {"properties", names_of(session.settings(), object)},
        {"limit", limit}
    };
    // A search writes nothing, although it is sent by POST.
    auto reply = co_await exchange(
        session,
        HttpRequest::post(object_path(session.settings(), object, "/search")).with_json(query),
        kHubSpot
    );
    if (!reply.ok()) {
        reply.outcome.maybe_applied = false;
        co_return std::unexpected(std::move(reply.outcome));
    }
    sdk::PullPage page;
    for (const auto& result : sdk::list_at(reply.body, "results")) {
        page.records.push_back(to_record(result, object, session.settings()));
    }
    page.more = page.records.size() >= static_cast<std::size_t>(limit);
    if (page.more) {
        cursor.after = page.records.back().remote_id;
    } else if (is_bin_due(cursor, session.settings())) {
        page.more = true;
        cursor.bin = "";
    }
    page.cursor = page.more ? text_of(cursor) : after_sweep(cursor);
    co_return page;
}

Task<Page> pull_archived(Session& session, const Object& object, Cursor cursor, int wanted) {
    auto request = HttpRequest::get(object_path(session.settings(), object, ""))
                       .with_query("limit", std::to_string(std::clamp(wanted, 1, kBinPage)))
                       .with_query("archived", "true");
    if (!cursor.bin->empty()) {
        request = std::move(request).with_query("after", *cursor.bin);
    }
    auto reply = co_await exchange(session, std::move(request), kHubSpot);
    if (!reply.ok()) {
        co_return std::unexpected(std::move(reply.outcome));
    }
    sdk::PullPage page;
    for (const auto& result : sdk::list_at(reply.body, "results")) {
        const auto archived = sdk::from_loose_iso_text(sdk::text_at(result, "archivedAt"));
        if (cursor.archived && archived && archived->time_since_epoch().count() < *cursor.archived) {
            continue;
        }
        auto record = to_record(result, object, session.settings());
        record.deleted = true;
        if (archived) {
            record.modified_at = archived;
        }
        page.records.push_back(std::move(record));
    }
    const auto* paging = sdk::member_of(reply.body, "paging");
    const auto* next = paging == nullptr ? nullptr : sdk::member_of(*paging, "next");
    const auto after = next == nullptr ? std::string() : sdk::text_at(*next, "after");
    page.more = !after.empty();
    if (page.more) {
        cursor.bin = after;
    }
    page.cursor = page.more ? text_of(cursor) : after_sweep(cursor);
    co_return page;
}

}  // namespace

Task<std::expected<sdk::PullPage, Outcome>> pull_changes(Session& session, sdk::PullRequest request) {
    const auto* object = find_object(request.object);
    if (object == nullptr || object->name == "note" || object->name == "call") {
        co_return std::unexpected(
            Outcome::rejected("changes of " + request.object + " cannot be read from HubSpot")
        );
    }
    auto cursor = cursor_of(request.cursor, session.now());
    if (cursor.bin) {
        co_return co_await pull_archived(session, *object, std::move(cursor), request.limit);
    }
    co_return co_await pull_changed(session, *object, std::move(cursor), request.limit);
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
    auto record = to_record(reply.body, *known, session.settings());
    if (record.remote_id.empty()) {
        co_return std::unexpected(Outcome::retry("HubSpot answered with a record that has no id"));
    }
    co_return record;
}

}  // namespace navette::hubspot
