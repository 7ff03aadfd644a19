// A page is asked for by the newest change of the page before, since rows move to the end as they change:
// with page numbers alone the ones behind them would be skipped. Only where a whole page shares one second (a
// batch write) it goes on by an offset, ten rows back.
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
    record.fields = std::move(object);
    return record;
}

struct Cursor {
    std::string after;  // changes later than this second, in UTC; empty: all
    std::int64_t offset = 0;
};

Cursor read_cursor(const json::value& value) {
    const auto* object = value.if_object();
    if (object == nullptr) {
        return {};
    }
    return {
        sdk::text_at(*object, "after"),
        std::max<std::int64_t>(0, sdk::integer_at(*object, "offset").value_or(0))
    };
}

json::value to_json(const Cursor& cursor) {
    return {{"after", cursor.after}, {"offset", cursor.offset}};
}

/// Where to go on after a page of rows in the order of their changes.
Cursor next_cursor(const Cursor& cursor, const std::vector<sdk::RemoteRecord>& rows, bool more) {
    const auto first = rows.front().modified_at;
    const auto last = rows.back().modified_at;
    if (!first || !last) {
        return {cursor.after, cursor.offset + static_cast<std::int64_t>(rows.size())};
    }
    if (!more) {
        return {sdk::iso_text(*last - kOverlap), 0};
    }
    if (*last - *first < std::chrono::seconds(2)) {
        const auto step = static_cast<std::int64_t>(rows.size()) - kOffsetOverlap;
        return {cursor.after, cursor.offset + std::max<std::int64_t>(1, step)};
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
    const auto cursor = read_cursor(request.cursor);
    const bool has_marks = request.object != "customer";
    auto asked = sdk::HttpRequest::get(std::string(record->path()))
                     .with_query("orderby", has_marks ? "modified" : "id")
                     .with_query("order", "asc")
                     .with_query("per_page", std::to_string(limit));
    if (has_marks && !cursor.after.empty()) {
        // With a zone in the text the shop would shift it twice.
        asked =
            std::move(asked).with_query("modified_after", cursor.after).with_query("dates_are_gmt", "true");
    }
    if (cursor.offset > 0) {
        asked = std::move(asked).with_query("offset", std::to_string(cursor.offset));
    }
    auto rows = co_await list(session, std::move(asked));
    if (!rows) {
        co_return std::unexpected(std::move(rows.error()));
    }
    sdk::PullPage page;
    page.more = rows->size() >= static_cast<std::size_t>(limit);
    for (auto& row : *rows) {
        auto read = record_of(std::move(row));
        if (!read.remote_id.empty()) {
            page.records.push_back(std::move(read));
        }
    }
    if (page.records.empty()) {
        page.more = false;
        page.cursor = to_json({cursor.after, 0});
    } else if (has_marks) {
        page.cursor = to_json(next_cursor(cursor, page.records, page.more));
    } else {
        page.cursor = to_json({{}, page.more ? cursor.offset + limit : 0});
    }
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
