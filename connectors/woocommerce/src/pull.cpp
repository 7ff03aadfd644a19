// A page is asked for by the newest change of the page before, since rows move to the end as they change:
// with page numbers alone the ones behind them would be skipped. Only where a whole page shares one second (a
// batch write) it goes on by an offset, ten rows back. At the end of the list the trash is read in the same
// way, with a place of its own: what was moved there is in no other list.
#include "entities.hpp"
#include "reading.hpp"
#include "record.hpp"

#include <navette/sdk/timestamp.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace navette::woocommerce {

namespace {

constexpr std::chrono::seconds kOverlap{120};
constexpr std::int64_t kOffsetOverlap = 10;
constexpr int kLongestPage = 100;

sdk::RemoteRecord record_of(json::object object) {
    sdk::RemoteRecord record;
    record.remote_id = sdk::text_at(object, "id");
    record.version = sdk::text_at(object, "date_modified_gmt");
    record.modified_at = sdk::from_iso_text(record.version);
    decode_names(object);
    record.fields = std::move(object);
    return record;
}

/// How far a list is read.
struct Place {
    std::string after;  // changes later than this second, in UTC; empty: all
    std::int64_t offset = 0;
};

struct Cursor {
    Place list;
    Place trash;
    bool in_trash = false;
};

Place read_place(const json::object& object) {
    return {
        sdk::text_at(object, "after"),
        std::max<std::int64_t>(0, sdk::integer_at(object, "offset").value_or(0))
    };
}

json::object to_json(const Place& place) {
    return {{"after", place.after}, {"offset", place.offset}};
}

Cursor read_cursor(const json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr) {
        return {};
    }
    Cursor cursor;
    cursor.list = read_place(*object);
    const auto* trash = sdk::object_at(*object, "trash");
    // Where the trash was never read, what was in it long ago is of no interest.
    cursor.trash = trash == nullptr ? Place{cursor.list.after, 0} : read_place(*trash);
    cursor.in_trash = sdk::is_true(*object, "in_trash");
    return cursor;
}

/// `has_trash`: customers have none.
json::value to_json(const Cursor& cursor, bool has_trash) {
    auto object = to_json(cursor.list);
    if (has_trash) {
        object["trash"] = to_json(cursor.trash);
        object["in_trash"] = cursor.in_trash;
    }
    return object;
}

/// Where to go on after a page of rows in the order of their changes.
Place next_place(const Place& place, const std::vector<sdk::RemoteRecord>& rows, bool more) {
    if (rows.empty()) {
        return {place.after, 0};
    }
    const auto first = rows.front().modified_at;
    const auto last = rows.back().modified_at;
    if (!first || !last) {
        return {place.after, more ? place.offset + static_cast<std::int64_t>(rows.size()) : 0};
    }
    if (!more) {
        return {sdk::iso_text(*last - kOverlap), 0};
    }
    if (*last - *first < std::chrono::seconds(2)) {
        const auto step = static_cast<std::int64_t>(rows.size()) - kOffsetOverlap;
        return {place.after, place.offset + std::max<std::int64_t>(1, step)};
    }
    return {sdk::iso_text(*last - std::chrono::seconds(1)), 0};
}

}  // namespace

Task<std::expected<sdk::PullPage, Outcome>> pull_changes(Session& session, sdk::PullRequest request) {
    const auto* record = find_record(request.object);
    if (record == nullptr) {
        co_return std::unexpected(
            Outcome::rejected("changes of " + request.object + " cannot be read from WooCommerce")
        );
    }
    const auto limit = std::clamp(request.limit, 1, kLongestPage);
    auto cursor = read_cursor(request.cursor);
    const bool has_marks = request.object != "customer";
    const bool has_trash = !record->is_destroyed();
    auto& place = cursor.in_trash ? cursor.trash : cursor.list;
    auto asked = sdk::HttpRequest::get(std::string(record->path()))
                     .with_query("orderby", has_marks ? "modified" : "id")
                     .with_query("order", "asc")
                     .with_query("per_page", std::to_string(limit));
    if (cursor.in_trash) {
        asked = std::move(asked).with_query("status", "trash");
    }
    if (has_marks && !place.after.empty()) {
        // With a zone in the text the shop would shift it twice.
        asked =
            std::move(asked).with_query("modified_after", place.after).with_query("dates_are_gmt", "true");
    }
    if (place.offset > 0) {
        asked = std::move(asked).with_query("offset", std::to_string(place.offset));
    }
    auto rows = co_await list(session, std::move(asked));
    if (!rows) {
        co_return std::unexpected(std::move(rows.error()));
    }
    sdk::PullPage page;
    for (auto& row : *rows) {
        auto read = record_of(std::move(row));
        read.deleted = cursor.in_trash;
        if (!read.remote_id.empty()) {
            page.records.push_back(std::move(read));
        }
    }
    const bool more = rows->size() >= static_cast<std::size_t>(limit) && !page.records.empty();
    if (has_marks) {
        place = next_place(place, page.records, more);
    } else {
        place = {{}, more ? place.offset + limit : 0};
    }
    page.more = more;
    if (!more && has_trash) {
        page.more = !cursor.in_trash;
        cursor.in_trash = !cursor.in_trash;
    }
    page.cursor = to_json(cursor, has_trash);
    co_return page;
}

Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_record(
    Session& session, std::string object, std::string remote_id
) {
    const auto* record = find_record(object);
    if (record == nullptr) {
        co_return std::unexpected(Outcome::rejected("WooCommerce's connector knows no object " + object));
    }
    if (remote_id.empty()) {
        co_return std::unexpected(Outcome::gone("no id of a WooCommerce " + object + " is known"));
    }
    auto reply = co_await call(
        session, sdk::HttpRequest::get(std::string(record->path()) + "/" + sdk::path_segment(remote_id))
    );
    if (reply.kind != Kind::ok) {
        co_return std::unexpected(std::move(reply.outcome));
    }
    if (!reply.body.is_object() || sdk::text_at(reply.body.get_object(), "id").empty()) {
        co_return std::unexpected(Outcome::retry("the shop answered with a " + object + " without an id"));
    }
    auto read = record_of(std::move(reply.body.get_object()));
    read.deleted = sdk::text_at(read.fields, "status") == "trash";
    co_return read;
}

}  // namespace navette::woocommerce
