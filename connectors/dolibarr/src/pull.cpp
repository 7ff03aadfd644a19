// Reading changes. Dolibarr filters by `tms`, a text in its database's own time zone, at a resolution of one
// second, set before the commit. So:
//  - the mark of one sweep is the newest change seen when that sweep began, written as the database writes
//  it, less an overlap;
//  - within a sweep the pages go by row id: a row's id never changes and a row never leaves the set "changed
//  since the mark",
//    so that no page can skip one, even while others are writing. What changes meanwhile belongs to the next
//    sweep.
#include "change_times.hpp"
#include "exchange.hpp"
#include "recipes.hpp"
#include "shown.hpp"
#include "site_times.hpp"
#include "wire.hpp"

#include <array>
#include <chrono>
#include <utility>
#include <vector>

namespace navette::dolibarr {

namespace {

constexpr std::chrono::seconds kOverlap{60};
// Where the site does not tell its time zone (API_PRODUCTION_MODE), the westernmost one: a day too much is
// read, never too little.
constexpr std::chrono::seconds kUnknownZone = -std::chrono::hours(12);

std::string two_digits(unsigned number) {
    return (number < 10 ? "0" : "") + std::to_string(number);
}

std::string database_text(Seconds local) {
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss time(local - day);
    const auto digits = [](auto part) { return two_digits(static_cast<unsigned>(part.count())); };
    return std::to_string(static_cast<int>(date.year())) + "-" +
           two_digits(static_cast<unsigned>(date.month())) + "-" +
           two_digits(static_cast<unsigned>(date.day())) + " " + digits(time.hours()) + ":" +
           digits(time.minutes()) + ":" + digits(time.seconds());
}

/// `shift`: by how much the site's times of change are ahead.
sdk::RemoteRecord to_record(
    std::string_view kind, json::object object, const json::object& settings, std::chrono::seconds shift
) {
    sdk::RemoteRecord record;
    record.remote_id = text_at(object, "id");
    record.version = version_of(object);
    if (const auto changed = changed_at(object)) {
        record.modified_at = *changed - shift;
    }
    record.fields = shown_of(kind, std::move(object), settings);
    return record;
}

/// Where a sweep stands.
struct Cursor {
    std::string since;              // the mark that this sweep reads from; empty: everything
    std::string next;               // the mark for the next sweep; empty: this sweep has not begun
    std::string after;              // the last row id read in this sweep
    std::chrono::seconds shift{0};  // by how much the site's times of change were last seen to be ahead
};

Cursor read_cursor(const json::value& value) {
    if (!value.is_object()) {
        return {};
    }
    const auto& object = value.get_object();
    return {
        text_at(object, "since"),
        text_at(object, "next"),
        text_at(object, "after"),
        std::chrono::seconds(integer_at(object, "shift").value_or(0))
    };
}

json::value cursor_value(json::object object, std::chrono::seconds shift) {
    if (shift != std::chrono::seconds(0)) {
        object["shift"] = shift.count();
    }
    return object;
}

/// Sets the mark for the sweep after the one that begins now (empty where there is no record at all) and the
/// shift of the times, where the newest records show it.
Task<std::optional<Outcome>> begin_sweep(Session& session, std::string path, Cursor* cursor) {
    const auto newest = co_await list(session, newest_of(std::move(path)));
    if (!newest) {
        co_return newest.error();
    }
    const auto changed = newest->empty() || !newest->front().is_object()
                             ? std::nullopt
                             : changed_at(newest->front().get_object());
    if (!changed) {
        co_return std::nullopt;
    }
    const auto clock = co_await clock_of(session);
    if (!clock) {
        co_return clock.error();
    }
    cursor->next = database_text(*changed + clock->zone.value_or(kUnknownZone) - kOverlap);
    cursor->after = "0";
    cursor->shift = proven_shift(times_of(*newest), clock->now, clock->zone).value_or(cursor->shift);
    remember_shift(session, cursor->shift);
    co_return std::nullopt;
}

bool is_pulled(std::string_view object) {
    return object == "customer" || object == "contact" || object == "product" || object == "order" ||
           object == "deal";
}

}  // namespace

Task<std::expected<sdk::PullPage, Outcome>> pull_changes(Session& session, sdk::PullRequest request) {
    if (!is_pulled(request.object)) {
        co_return std::unexpected(
            Outcome::rejected("changes of " + request.object + " cannot be read from Dolibarr")
        );
    }
    const std::string path(endpoint_of(request.object));
    auto cursor = read_cursor(request.cursor);
    sdk::PullPage page;
    if (cursor.next.empty()) {
        if (auto problem = co_await begin_sweep(session, path, &cursor)) {
            co_return std::unexpected(std::move(*problem));
        }
        if (cursor.next.empty()) {
            page.cursor = request.cursor;
            co_return page;
        }
    }
    auto filter = "(t.rowid:>:'" + cursor.after + "')";
    if (!cursor.since.empty()) {
        filter = "(t.tms:>=:'" + cursor.since + "') and " + filter;
    }
    auto rows = co_await list(
        session,
        sdk::HttpRequest::get(path)
            .with_query("sortfield", "t.rowid")
            .with_query("sortorder", "ASC")
            .with_query("limit", std::to_string(request.limit))
            .with_query("sqlfilters", std::move(filter))
    );
    if (!rows) {
        co_return std::unexpected(rows.error());
    }
    page.more = rows->size() >= static_cast<std::size_t>(request.limit);
    for (auto& row : *rows) {
        if (row.is_object()) {
            page.records.push_back(
                to_record(request.object, std::move(row.get_object()), session.settings(), cursor.shift)
            );
        }
    }
    page.more = page.more && !page.records.empty();
    page.cursor =
        page.more
            ? cursor_value(
                  {{"since", cursor.since}, {"next", cursor.next}, {"after", page.records.back().remote_id}},
                  cursor.shift
              )
            : cursor_value({{"since", cursor.next}}, cursor.shift);
    co_return page;
}

Task<std::expected<sdk::RemoteRecord, Outcome>> fetch_record(
    Session& session, std::string object, std::string remote_id
) {
    const auto endpoint = endpoint_of(object);
    if (endpoint.empty()) {
        co_return std::unexpected(Outcome::rejected("Dolibarr's connector knows no object " + object));
    }
    if (remote_id.empty()) {
        co_return std::unexpected(Outcome::gone("no id of a Dolibarr " + object + " is known"));
    }
    auto reply = co_await get(session, std::string(endpoint) + "/" + sdk::path_segment(remote_id));
    if (reply.kind != Kind::ok || !reply.body.is_object()) {
        co_return std::unexpected(std::move(reply.outcome));
    }
    if (!is_pulled(object)) {
        co_return to_record(object, std::move(reply.body.get_object()), session.settings(), {});
    }
    const auto shift = co_await shift_for(session, std::string(endpoint), times_in(reply.body.get_object()));
    if (!shift) {
        co_return std::unexpected(shift.error());
    }
    auto record = to_record(
        object,
        std::move(reply.body.get_object()),
        session.settings(),
        shift->value_or(std::chrono::seconds(0))
    );
    if (!*shift) {
        record.modified_at.reset();
    }
    if (record.remote_id.empty()) {
        co_return std::unexpected(Outcome::gone("Dolibarr answered with an empty " + object));
    }
    co_return record;
}

}  // namespace navette::dolibarr
