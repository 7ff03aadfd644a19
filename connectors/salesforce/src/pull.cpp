// Reading changes, deletions included. Records share times of change, and some appear minutes late. So:
//  - a sweep covers the window from the last sweep's end, less an overlap, to now;
//  - within a sweep the pages go by time of change and id, each a query of its own, so that no page depends
//    on a query that Salesforce may have forgotten; only what Salesforce splits by itself is followed at
//    once;
//  - at a sweep's end the log of deletions is asked too, since a record that was purged from the recycle bin
//    is in no query any more.
#include "call.hpp"
#include "errors.hpp"
#include "objects.hpp"
#include "recipes.hpp"

#include <navette/sdk/reading.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace navette::salesforce {

namespace {

using sdk::HttpRequest;
using sdk::Outcome;
using sdk::Session;
using sdk::Task;

constexpr std::chrono::minutes kOverlap{10};
constexpr int kPage = 2000;
// The log of deletions reaches back 15 days; a margin for clocks that differ.
constexpr std::chrono::hours kLog{14 * 24};
// It looks at whole minutes, and wants more than one.
constexpr std::chrono::minutes kShortestSpan{2};

std::string soql_time(sdk::Instant instant) {
    return sdk::iso_text(instant) + "Z";
}

sdk::RemoteRecord to_record(const json::value& row, const Object& object, const json::object& settings) {
    sdk::RemoteRecord record;
    record.remote_id = sdk::text_at(row, "Id");
    record.version = sdk::text_at(row, "SystemModstamp");
    record.modified_at = sdk::from_loose_iso_text(record.version);
    if (const auto* fields = row.if_object()) {
        record.deleted = sdk::is_true(*fields, "IsDeleted");
        record.fields = shown_of(object, *fields, settings);
        record.fields.erase("attributes");
    }
    return record;
}

/// Where a page begins: behind the last record of the one before it.
std::string conditions(const json::value& cursor, const std::string& until) {
    auto where = "SystemModstamp <= " + until;
    const auto stamp = sdk::text_at(cursor, "stamp");
    if (!stamp.empty()) {
        const auto id = soql_text(sdk::text_at(cursor, "after"));
        return where + " AND (SystemModstamp > " + stamp + " OR (SystemModstamp = " + stamp + " AND Id > " +
               id + "))";
    }
    const auto since = sdk::text_at(cursor, "since");
    return since.empty() ? where : where + " AND SystemModstamp >= " + since;
}

/// Adds what the log of deletions tells and the query did not find. The order stays that of the changes.
void add_deleted(sdk::PullPage& page, const json::value& log) {
    for (const auto& entry : sdk::list_at(log, "deletedRecords")) {
        sdk::RemoteRecord record;
        record.remote_id = sdk::text_at(entry, "id");
        record.version = sdk::text_at(entry, "deletedDate");
        record.modified_at = sdk::from_loose_iso_text(record.version);
        record.deleted = true;
        const bool is_known =
            std::ranges::find(page.records, record.remote_id, &sdk::RemoteRecord::remote_id) !=
            page.records.end();
        if (record.remote_id.empty() || is_known) {
            continue;
        }
        const auto later = std::ranges::find_if(page.records, [&record](const sdk::RemoteRecord& other) {
            return record.modified_at && other.modified_at && *other.modified_at > *record.modified_at;
        });
        page.records.insert(later, std::move(record));
    }
}

/// Asks the log for the sweep's window. An organisation that keeps no log of the object only loses what was
/// purged; any other failure is the page's.
Task<std::optional<Outcome>> read_deleted(
    Session& session, const Object* object, std::string since, sdk::Instant until, sdk::PullPage* page
) {
    const auto begin = std::max(sdk::from_iso_text(since).value_or(until), until - kLog);
    if (until - begin < kShortestSpan) {
        co_return std::nullopt;
    }
    const auto path = "/sobjects/" + std::string(object->type) + "/deleted/";
    auto reply = co_await call(
        session,
        HttpRequest::get(data_path(session.settings(), path))
            .with_query("start", soql_time(begin))
            .with_query("end", soql_time(until))
    );
    if (reply.ok()) {
        add_deleted(*page, reply.body);
        const auto first = sdk::text_at(reply.body, "earliestDateAvailable");
        if (sdk::from_loose_iso_text(first).value_or(begin) > begin) {
            session.remark(
                "Salesforce's log of deletions of " + std::string(object->type) + " begins only at " + first +
                ": what was purged before is not told"
            );
        }
        co_return std::nullopt;
    }
    const auto kind = reply.outcome.kind;
    if (kind == sdk::OutcomeKind::rejected || kind == sdk::OutcomeKind::gone) {
        session.remark("Salesforce tells no purged records: " + reply.outcome.message);
        co_return std::nullopt;
    }
    co_return std::move(reply.outcome);
}

/// Only a path of the same API is followed.
bool is_next(const json::object& settings, const std::string& path) {
    return path.starts_with(data_path(settings, "/query"));
}

}  // namespace

Task<std::expected<sdk::PullPage, Outcome>> pull_changes(Session& session, sdk::PullRequest request) {
    const auto* object = find_object(request.object);
    if (object == nullptr || !object->changes_can_be_read) {
        co_return std::unexpected(
            Outcome::rejected("changes of " + request.object + " cannot be read from Salesforce")
        );
    }
    const auto& settings = session.settings();
    auto until = sdk::text_at(request.cursor, "until");
    if (until.empty()) {
        until = soql_time(session.now());
    }
    const auto limit = std::clamp(request.limit, 1, kPage);
    const auto soql = "SELECT " + fields_to_read(settings, *object) + " FROM " + std::string(object->type) +
                      " WHERE " + conditions(request.cursor, until) + " ORDER BY SystemModstamp, Id LIMIT " +
                      std::to_string(limit);
    sdk::PullPage page;
    // Unlike "query" it also finds what lies in the recycle bin.
    auto next = HttpRequest::get(data_path(settings, "/queryAll")).with_query("q", soql);
    for (bool done = false; !done;) {
        auto reply = co_await call(session, std::move(next));
        if (!reply.ok()) {
            co_return std::unexpected(std::move(reply.outcome));
        }
        if (sdk::member_of(reply.body, "records") == nullptr) {
            co_return std::unexpected(Outcome::retry("Salesforce answered a query without records"));
        }
        for (const auto& row : sdk::list_at(reply.body, "records")) {
            page.records.push_back(to_record(row, *object, settings));
        }
        const auto further = sdk::text_at(reply.body, "nextRecordsUrl");
        done = !is_next(settings, further) || page.records.size() >= static_cast<std::size_t>(limit);
        next = HttpRequest::get(further);
    }
    page.more = page.records.size() >= static_cast<std::size_t>(limit);
    const auto end = sdk::from_iso_text(until).value_or(session.now());
    const auto since = sdk::text_at(request.cursor, "since");
    if (page.more) {
        const auto& last = page.records.back();
        if (!last.modified_at) {
            co_return std::unexpected(
                Outcome::retry("Salesforce answered with a record without SystemModstamp")
            );
        }
        page.cursor = json::object{
            {"until", until},
            {"since", since},
            {"stamp", soql_time(*last.modified_at)},
            {"after", last.remote_id}
        };
        co_return page;
    }
    if (!since.empty()) {
        if (auto failure = co_await read_deleted(session, object, since, end, &page)) {
            co_return std::unexpected(std::move(*failure));
        }
    }
    page.cursor = json::object{{"since", soql_time(end - kOverlap)}};
    co_return page;
}

Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_record(
    Session& session, std::string object, std::string remote_id
) {
    const auto* known = find_object(object);
    if (known == nullptr) {
        co_return std::unexpected(Outcome::rejected("a " + object + " cannot be fetched from Salesforce"));
    }
    if (remote_id.empty()) {
        co_return std::unexpected(Outcome::gone("no id of a Salesforce " + object + " is known"));
    }
    const auto path = "/sobjects/" + std::string(known->type) + "/" + sdk::path_segment(remote_id);
    auto reply = co_await call(
        session,
        HttpRequest::get(data_path(session.settings(), path))
            .with_query("fields", fields_to_read(session.settings(), *known))
    );
    if (!reply.ok()) {
        co_return std::unexpected(std::move(reply.outcome));
    }
    auto record = to_record(reply.body, *known, session.settings());
    if (record.remote_id.empty()) {
        co_return std::unexpected(Outcome::retry("Salesforce answered with a record that has no id"));
    }
    co_return record;
}

}  // namespace navette::salesforce
