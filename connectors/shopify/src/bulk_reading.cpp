#include "bulk_reading.hpp"

#include "bulk_pieces.hpp"
#include "bulk_query.hpp"
#include "bulk_state.hpp"
#include "documents.hpp"
#include "shown.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

namespace navette::shopify {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds kFirstLook = 1s;
constexpr milliseconds kLongestPause = 8s;
// One call waits so long at most: it holds one of the daemon's places.
constexpr milliseconds kPatience = 40s;
// An operation that has not got on for so long is given up. A large one works for an hour and more.
constexpr std::chrono::seconds kStill = 10min;
constexpr int kLargestPage = 1'000;

std::int64_t seconds_of(sdk::Instant moment) {
    return std::chrono::duration_cast<std::chrono::seconds>(moment.time_since_epoch()).count();
}

sdk::PullPage page_to(json::object cursor) {
    sdk::PullPage page;
    page.cursor = std::move(cursor);
    page.more = true;
    return page;
}

/// The sweep from its beginning, by pages.
sdk::PullPage given_up(Session& session, const Object& object, const Cursor& cursor, const std::string& why) {
    session.remark(why + ": it is read by pages");
    leave_bulk_queries_alone(session, kBulkQueriesOff);
    forget_file(session, object);
    return page_to(cursor_of(cursor, cursor.since));
}

/// The next sweep begins at the operation's own beginning: what was changed after that need not be in it.
sdk::PullPage after_the_last(Session& session, const Object& object, const Cursor& cursor) {
    forget_file(session, object);
    return page_to(end_cursor_of(cursor, cursor.bulk->began));
}

/// The operation's end, or how it stands once the call's patience is over.
Task<std::expected<BulkState, Outcome>> wait_for_end(Session& session, BulkPlace place) {
    std::expected<BulkState, Outcome> state;
    auto pause = place.looks == 0 ? kFirstLook : kLongestPause;
    for (auto waited = 0ms; waited < kPatience; waited += pause, pause = std::min(pause * 2, kLongestPause)) {
        co_await session.wait(pause);
        state = co_await look_at(session, place.id);
        if (!state || is_over(state->status) || state->status == kUnknownOperation) {
            break;
        }
    }
    co_return state;
}

Task<sdk::PullPage> go_on_waiting(Session& session, Object object, Cursor cursor, BulkState state) {
    auto place = *cursor.bulk;
    ++place.looks;
    if (state.objects > place.objects) {
        place.objects = state.objects;
        place.moved = seconds_of(session.now());
    }
    if (seconds_of(session.now()) - place.moved < kStill.count()) {
        co_return page_to(bulk_cursor_of(cursor, place));
    }
    co_await query(session, documents::kCancelBulk, {{"id", place.id}});
    co_return given_up(session, object, cursor, "Shopify's bulk operation does not get on");
}

Task<std::expected<sdk::PullPage, Outcome>> read_page(
    Session& session, Object object, Cursor cursor, int limit
) {
    auto read = co_await read_file(session, object, *cursor.bulk, std::min(limit, kLargestPage));
    if (!read) {
        const auto& trouble = read.error();
        if (!trouble.is_for_good) {
            co_return std::unexpected(trouble.why);
        }
        co_return given_up(session, object, cursor, trouble.why.message);
    }
    sdk::PullPage page;
    if (read->is_end) {
        page = after_the_last(session, object, cursor);
    } else {
        auto place = *cursor.bulk;
        place.offset = read->next;
        page = page_to(bulk_cursor_of(cursor, place));
    }
    page.records.reserve(read->records.size());
    for (auto& record : read->records) {
        page.records.push_back(record_shown(object.name, std::move(record)));
    }
    co_return page;
}

}  // namespace

Task<std::expected<std::optional<sdk::PullPage>, Outcome>> begin_in_bulk(
    Session& session, Object object, Cursor cursor
) {
    if (!takes_bulk_query(session)) {
        co_return std::nullopt;
    }
    const auto begun = co_await begin_bulk_query(session, object, cursor.since);
    if (!begun) {
        co_return std::unexpected(begun.error());
    }
    if (!*begun) {
        co_return std::nullopt;
    }
    co_return page_to(bulk_cursor_of(cursor, **begun));
}

Task<std::expected<sdk::PullPage, Outcome>> read_in_bulk(
    Session& session, Object object, Cursor cursor, int limit
) {
    if (cursor.bulk->offset) {
        co_return co_await read_page(session, object, std::move(cursor), limit);
    }
    const auto state = co_await wait_for_end(session, *cursor.bulk);
    if (!state) {
        if (state.error().kind == sdk::OutcomeKind::rejected) {
            co_return given_up(session, object, cursor, state.error().message);
        }
        co_return std::unexpected(state.error());
    }
    if (!is_over(state->status) && state->status != kUnknownOperation) {
        co_return co_await go_on_waiting(session, object, std::move(cursor), *state);
    }
    if (state->status != "COMPLETED") {
        co_return given_up(
            session,
            object,
            cursor,
            "Shopify's bulk operation ended as " + state->status +
                (state->error.empty() ? "" : ": " + state->error)
        );
    }
    remember_address(session, object, cursor.bulk->id, state->url);
    cursor.bulk->offset = 0;
    co_return co_await read_page(session, object, std::move(cursor), limit);
}

}  // namespace navette::shopify
