// Reading changes by Zendesk's incremental exports, which repeat rows and tell deletes; and the connection
// test. Users and tickets go by a cursor; organizations by time only.
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <utility>

namespace navette::zendesk {

namespace {

using sdk::HttpRequest;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

constexpr int kPage = 1000;

sdk::RemoteRecord to_record(json::value data) {
    sdk::RemoteRecord record;
    record.remote_id = sdk::text_at(data, "id");
    record.version = sdk::text_at(data, "updated_at");
    record.modified_at = sdk::from_loose_iso_text(record.version);
    const auto* active = sdk::member_of(data, "active");
    record.deleted = (active != nullptr && *active == json::value(false)) ||
                     sdk::text_at(data, "status") == "deleted" || !sdk::text_at(data, "deleted_at").empty();
    if (auto* fields = data.if_object()) {
        record.fields = std::move(*fields);
    }
    return record;
}

/// A page is large: its rows move.
std::vector<sdk::RemoteRecord> to_records(json::value body, std::string_view list) {
    std::vector<sdk::RemoteRecord> records;
    auto* answer = body.if_object();
    auto* rows = answer == nullptr ? nullptr : answer->if_contains(list);
    if (rows != nullptr && rows->is_array()) {
        for (auto& row : rows->get_array()) {
            records.push_back(to_record(std::move(row)));
        }
    }
    return records;
}

bool is_anonymous(const json::value& body) {
    const auto* user = sdk::member_of(body, "user");
    return user == nullptr || sdk::text_at(*user, "id").empty();
}

bool ends(const json::value& body) {
    const auto* end = sdk::member_of(body, "end_of_stream");
    return end != nullptr && *end == json::value(true);
}

/// A record as it was at that change: "7@2026-05-01T10:00:00Z".
std::string stamp(const sdk::RemoteRecord& record) {
    return record.remote_id + "@" + record.version;
}

/// The stamps of what changed in that second: the next page begins with these once more.
json::array versions_at(const std::vector<sdk::RemoteRecord>& records, std::int64_t second) {
    json::array stamps;
    for (const auto& record : records) {
        if (record.modified_at && std::chrono::floor<std::chrono::seconds>(*record.modified_at) ==
                                      sdk::Instant(std::chrono::seconds(second))) {
            stamps.push_back(json::value(stamp(record)));
        }
    }
    return stamps;
}

void leave_out(std::vector<sdk::RemoteRecord>& records, const json::value& cursor) {
    const auto& seen = sdk::list_at(cursor, "seen");
    std::erase_if(records, [&](const sdk::RemoteRecord& record) {
        return std::ranges::find(seen, json::value(stamp(record))) != seen.end();
    });
}

}  // namespace

Task<std::expected<sdk::PullPage, Outcome>> pull_changes(Session& session, sdk::PullRequest request) {
    const auto* resource = find_resource(request.object);
    if (resource == nullptr) {
        co_return std::unexpected(
            Outcome::rejected("changes of " + request.object + " cannot be read from Zendesk")
        );
    }
    const bool by_cursor = resource->exported.ends_with("/cursor");
    const auto place = sdk::text_at(request.cursor, "cursor");
    const auto since = sdk::integer_at(request.cursor, "since").value_or(1);
    auto list = HttpRequest::get(std::string(resource->exported));
    if (!place.empty()) {
        list.query.push_back({"cursor", place});
    } else {
        list.query.push_back({"start_time", std::to_string(since)});
    }
    list.query.push_back({"per_page", std::to_string(std::clamp(request.limit, 1, kPage))});
    auto reply = co_await exchange(session, std::move(list), kZendesk);
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    const bool is_over = ends(reply.body);
    const auto next_cursor = sdk::text_at(reply.body, "after_cursor");
    const auto end_time = sdk::integer_at(reply.body, "end_time");
    sdk::PullPage page;
    page.records = to_records(std::move(reply.body), resource->plural);
    page.cursor = request.cursor;
    if (by_cursor) {
        if (!next_cursor.empty()) {
            page.cursor = json::object{{"cursor", next_cursor}};
        }
        page.more = !is_over && !next_cursor.empty() && next_cursor != place;
        co_return page;
    }
    // A page that ends where it began would be read for ever.
    const auto next = end_time.value_or(since);
    page.cursor = json::object{{"since", next}, {"seen", versions_at(page.records, next)}};
    leave_out(page.records, request.cursor);
    page.more = !is_over && next > since;
    co_return page;
}

Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_record(
    Session& session, std::string object, std::string remote_id
) {
    const auto* resource = find_resource(object);
    if (resource == nullptr) {
        co_return std::unexpected(Outcome::rejected("Zendesk's connector cannot fetch " + object));
    }
    if (remote_id.empty()) {
        co_return std::unexpected(Outcome::gone("no id of a Zendesk " + object + " is known"));
    }
    const auto reply = co_await exchange(
        session, HttpRequest::get(std::string(resource->path) + "/" + sdk::path_segment(remote_id)), kZendesk
    );
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    const auto* data = sdk::member_of(reply.body, resource->single);
    auto record = data == nullptr ? sdk::RemoteRecord() : to_record(*data);
    if (record.remote_id.empty()) {
        co_return std::unexpected(Outcome::retry("Zendesk answered with a record that has no id"));
    }
    co_return record;
}

Task<sdk::TestReport> test_connection(Session& session) {
    auto me = co_await exchange(session, HttpRequest::get("/api/v2/users/me"), kZendesk);
    if (me.ok() && is_anonymous(me.body)) {
        // An access token that ran out looks so, too; a request that is refused makes the daemon renew it.
        const auto list = co_await exchange(
            session, HttpRequest::get("/api/v2/tickets").with_query("page[size]", "1"), kZendesk
        );
        if (list.ok()) {
            me = co_await exchange(session, HttpRequest::get("/api/v2/users/me"), kZendesk);
        }
    }
    if (!me.ok()) {
        co_return sdk::TestReport{false, me.outcome.message};
    }
    const auto* user = sdk::member_of(me.body, "user");
    // Without valid credentials Zendesk answers 200 with an anonymous user.
    if (user == nullptr || is_anonymous(me.body)) {
        co_return sdk::TestReport{
            false, "Zendesk takes navette for an anonymous user: the e-mail address or the token is wrong"
        };
    }
    const auto name = sdk::text_at(*user, "name");
    const auto role = sdk::text_at(*user, "role");
    if (role == "end-user") {
        co_return sdk::TestReport{
            false,
            "Zendesk answers as " + name + ", who is an end user: navette needs an agent or an administrator"
        };
    }
    const auto tickets = co_await exchange(
        session, HttpRequest::get("/api/v2/tickets").with_query("page[size]", "1"), kZendesk
    );
    if (!tickets.ok()) {
        co_return sdk::TestReport{
            false,
            "Zendesk answers as " + name +
                ", who may not read tickets (scope tickets:read): " + tickets.outcome.message
        };
    }
    co_return sdk::TestReport{
        true,
        "Zendesk answers as " + name +
            (role == "admin" ? ", an administrator." : ", an agent; reading changes needs an administrator.")
    };
}

}  // namespace navette::zendesk
