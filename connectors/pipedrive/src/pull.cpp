// Reading changes and the connection test. Version 2 lists go by the time of the last change, with a cursor
// that Pipedrive makes; the mark of the next sweep is the newest change seen, read again with an overlap.
// Version 1 has offsets only, under which records slip away while others change: its pages go by time as
// well.
#include "recipes.hpp"
#include "shown.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace navette::pipedrive {

namespace {

using sdk::HttpRequest;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

constexpr std::chrono::minutes kOverlap{5};
constexpr int kPage = 500;
constexpr double kReadOne = 1;
constexpr double kReadList = 10;

struct Need {
    const char* path;
    const char* what;
    const char* scope;
};
constexpr std::array<Need, 4> kNeeded{
    {{"/api/v2/personFields", "the fields of persons", "contact-fields:full"},
     {"/api/v2/organizationFields", "the fields of organizations", "contact-fields:full"},
     {"/api/v2/dealFields", "the fields of deals", "deal-fields:full"},
     {"/api/v2/activities", "activities", "activities:full"}}
};

sdk::RemoteRecord to_record(const json::value& data, std::string_view object, const json::object& settings) {
    sdk::RemoteRecord record;
    record.remote_id = sdk::text_at(data, "id");
    record.version = sdk::text_at(data, "update_time");
    record.modified_at = sdk::from_loose_iso_text(record.version);
    record.deleted = is_deleted(data);
    if (data.is_object()) {
        record.fields = shown_of(object, data.get_object(), settings);
    }
    return record;
}

/// "acme" of "acme", "acme.pipedrive.com" or the address with either.
std::string company_of(std::string text) {
    if (const auto at = text.find("://"); at != std::string::npos) {
        text.erase(0, at + 3);
    }
    return text.substr(0, text.find_first_of("./"));
}

/// The mark of the next sweep after one whose newest change is that; `otherwise` where there was none.
json::value next_sweep(const std::string& newest, const std::string& otherwise) {
    const auto mark = sdk::from_loose_iso_text(newest);
    return json::object{{"since", mark ? sdk::iso_text(*mark - kOverlap) + "Z" : otherwise}};
}

/// "2026-05-01T10:00:00Z" of a note's "2026-05-01 10:00:00".
std::string strict_time(const std::string& text) {
    const auto moment = sdk::from_loose_iso_text(text);
    return moment ? sdk::iso_text(*moment) + "Z" : std::string();
}

/// Takes the records in that the pages before have not brought; `seen` holds the ids of those with the time
/// `since`.
void add_notes(
    sdk::PullPage& page,
    const json::array& notes,
    const std::string& since,
    json::array& seen,
    std::string& newest
) {
    const auto before = seen;
    for (const auto& note : notes) {
        auto record = to_record(note, "note", {});
        const auto time = strict_time(record.version);
        if (time > newest) {
            newest = time;
            seen.clear();
        }
        const bool is_known =
            time == since && std::ranges::find(before, json::value(record.remote_id)) != before.end();
        if (time == newest && !is_known) {
            seen.emplace_back(record.remote_id);
        }
        if (!is_known) {
            page.records.push_back(std::move(record));
        }
    }
}

/// Each page begins at the time of the last one's newest change. Its offset counts only within one second.
Task<std::expected<sdk::PullPage, Outcome>> pull_notes(Session& session, sdk::PullRequest request) {
    const auto since = sdk::text_at(request.cursor, "since");
    const auto start = sdk::integer_at(request.cursor, "start");
    auto list = HttpRequest::get("/api/v1/notes")
                    .with_query("sort", "update_time ASC")
                    .with_query("start", std::to_string(start.value_or(0)))
                    .with_query("limit", std::to_string(std::clamp(request.limit, 1, kPage)))
                    .with_cost(2 * kReadList);
    if (!since.empty()) {
        list.query.push_back({"updated_since", since});
    }
    const auto reply = co_await exchange(session, std::move(list), kPipedrive);
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    const auto& notes = sdk::list_at(reply.body, "data");
    const bool is_within = start.has_value();
    auto newest = is_within ? since : std::string();
    auto seen = sdk::list_at(request.cursor, "seen");
    sdk::PullPage page;
    add_notes(page, notes, since, seen, newest);
    page.more = next_start(reply.body).has_value() && !newest.empty();
    if (page.more) {
        const auto from = newest == since ? start.value_or(0) + static_cast<std::int64_t>(notes.size()) : 0;
        page.cursor = json::object{{"since", newest}, {"start", from}, {"seen", seen}};
        co_return page;
    }
    page.cursor = next_sweep(newest, since);
    co_return page;
}

}  // namespace

std::optional<std::int64_t> next_start(const json::value& body) {
    const auto* more = sdk::member_of(body, "additional_data");
    const auto* place = more == nullptr ? nullptr : sdk::member_of(*more, "pagination");
    const bool has_more = place != nullptr && place->is_object() &&
                          sdk::is_true(place->get_object(), "more_items_in_collection");
    return has_more ? sdk::integer_at(*place, "next_start") : std::nullopt;
}

Task<std::expected<sdk::PullPage, Outcome>> pull_changes(Session& session, sdk::PullRequest request) {
    if (request.object == "note") {
        co_return co_await pull_notes(session, std::move(request));
    }
    const auto* entity = find_entity(request.object);
    if (entity == nullptr) {
        co_return std::unexpected(
            Outcome::rejected("changes of " + request.object + " cannot be read from Pipedrive")
        );
    }
    const auto since = sdk::text_at(request.cursor, "since");
    const auto place = sdk::text_at(request.cursor, "cursor");
    auto newest = sdk::text_at(request.cursor, "newest");
    auto list = HttpRequest::get(std::string(entity->path))
                    .with_query("sort_by", "update_time")
                    .with_query("sort_direction", "asc")
                    .with_query("limit", std::to_string(std::clamp(request.limit, 1, kPage)))
                    .with_cost(kReadList);
    if (entity->name == "deal") {
        // Without it the deleted ones are left out; no other list tells them.
        list.query.push_back({"status", "open,won,lost,deleted"});
    }
    if (!since.empty()) {
        list.query.push_back({"updated_since", since});
    }
    if (!place.empty()) {
        list.query.push_back({"cursor", place});
    }
    const auto reply = co_await exchange(session, std::move(list), kPipedrive);
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    sdk::PullPage page;
    for (const auto& data : sdk::list_at(reply.body, "data")) {
        page.records.push_back(to_record(data, entity->name, session.settings()));
        newest = std::max(newest, page.records.back().version);
    }
    const auto* more = sdk::member_of(reply.body, "additional_data");
    const auto next = more == nullptr ? std::string() : sdk::text_at(*more, "next_cursor");
    page.more = !next.empty();
    if (page.more) {
        page.cursor = {{"since", since}, {"cursor", next}, {"newest", newest}};
        co_return page;
    }
    page.cursor = next_sweep(newest, since);
    co_return page;
}

Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_record(
    Session& session, std::string object, std::string remote_id
) {
    const auto* entity = find_entity(object);
    if (entity == nullptr && object != "note") {
        co_return std::unexpected(Outcome::rejected("Pipedrive's connector cannot fetch " + object));
    }
    if (remote_id.empty()) {
        co_return std::unexpected(Outcome::gone("no id of a Pipedrive " + object + " is known"));
    }
    const auto path = entity != nullptr ? std::string(entity->path) : std::string("/api/v1/notes");
    const auto reply = co_await exchange(
        session,
        HttpRequest::get(path + "/" + sdk::path_segment(remote_id))
            .with_cost(entity != nullptr ? kReadOne : 2),
        kPipedrive
    );
    if (!reply.ok()) {
        co_return std::unexpected(reply.outcome);
    }
    const auto* data = sdk::member_of(reply.body, "data");
    auto record = data == nullptr ? sdk::RemoteRecord() : to_record(*data, object, session.settings());
    if (record.remote_id.empty()) {
        co_return std::unexpected(Outcome::retry("Pipedrive answered with a record that has no id"));
    }
    co_return record;
}

Task<sdk::TestReport> test_connection(Session& session) {
    const auto me = co_await exchange(session, HttpRequest::get("/api/v1/users/me").with_cost(2), kPipedrive);
    if (!me.ok()) {
        co_return sdk::TestReport{false, me.outcome.message};
    }
    const auto* data = sdk::member_of(me.body, "data");
    const auto name = data == nullptr ? std::string() : sdk::text_at(*data, "name");
    const auto company = data == nullptr ? std::string() : sdk::text_at(*data, "company_domain");
    if (name.empty()) {
        co_return sdk::TestReport{false, "what answers at base_url is no Pipedrive: it names no user"};
    }
    const auto wanted = company_of(sdk::text_at(session.settings(), "company_domain"));
    if (!company.empty() && !wanted.empty() && company != wanted) {
        co_return sdk::TestReport{
            false,
            "the API token belongs to the company " + company + ", not to " + wanted +
                ": correct company_domain"
        };
    }
    for (const auto& [path, what, scope] : kNeeded) {
        const auto reply = co_await exchange(
            session, HttpRequest::get(path).with_query("limit", "1").with_cost(kReadList), kPipedrive
        );
        if (!reply.ok()) {
            co_return sdk::TestReport{
                false,
                "Pipedrive answers as " + name + ", who may not read " + what + " (scope " + scope +
                    "): " + reply.outcome.message
            };
        }
    }
    co_return sdk::TestReport{true, "Pipedrive answers as " + name + " of " + company + "."};
}

}  // namespace navette::pipedrive
