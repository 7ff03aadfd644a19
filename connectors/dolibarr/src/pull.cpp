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
#include "wire.hpp"

#include <array>
#include <chrono>
#include <utility>
#include <vector>

namespace navette::dolibarr {

namespace {

using Seconds = std::chrono::sys_seconds;

constexpr std::chrono::seconds kOverlap{60};
// Where the site does not tell its time zone (API_PRODUCTION_MODE), the westernmost one: a day too much is
// read, never too little.
constexpr std::chrono::seconds kUnknownZone = -std::chrono::hours(12);
// Enough that one of them was not changed since it was made.
constexpr auto kNewest = "10";
constexpr auto kShift = "dolibarr.change_time_shift";

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

std::optional<Seconds> parse_database_text(std::string_view text) {
    if (text.size() != std::string_view("2026-11-21 07:13:27").size()) {
        return std::nullopt;
    }
    std::array<int, 6> parts{};
    constexpr std::array<std::pair<std::size_t, std::size_t>, 6> kPlaces{
        {{0, 4}, {5, 2}, {8, 2}, {11, 2}, {14, 2}, {17, 2}}
    };
    for (std::size_t index = 0; index < parts.size(); ++index) {
        const auto number = to_integer(json::value(text.substr(kPlaces[index].first, kPlaces[index].second)));
        if (!number || *number < 0) {
            return std::nullopt;
        }
        parts[index] = static_cast<int>(*number);
    }
    const std::chrono::year_month_day date(
        std::chrono::year(parts[0]),
        std::chrono::month(static_cast<unsigned>(parts[1])),
        std::chrono::day(static_cast<unsigned>(parts[2]))
    );
    if (!date.ok()) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(parts[3]) + std::chrono::minutes(parts[4]) +
           std::chrono::seconds(parts[5]);
}

std::optional<Seconds> changed_at(const json::object& object) {
    const auto epoch = to_integer(json::value(version_of(object)));
    return epoch ? std::optional(Seconds(std::chrono::seconds(*epoch))) : std::nullopt;
}

std::optional<Seconds> created_at(const json::object& object) {
    // Projects name it their own way.
    const auto told = integer_at(object, "date_creation");
    const auto epoch = told ? told : integer_at(object, "date_c");
    return epoch ? std::optional(Seconds(std::chrono::seconds(*epoch))) : std::nullopt;
}

std::vector<ToldTimes> times_of(const json::array& rows) {
    std::vector<ToldTimes> times;
    for (const auto& row : rows) {
        const auto created = row.is_object() ? created_at(row.get_object()) : std::nullopt;
        const auto changed = row.is_object() ? changed_at(row.get_object()) : std::nullopt;
        if (created && changed) {
            times.push_back({*created, *changed});
        }
    }
    return times;
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

struct SiteClock {
    Seconds now;                               // ours, where the site does not tell
    std::optional<std::chrono::seconds> zone;  // how far PHP is ahead of UTC; none: the site hides it
};

Task<std::expected<SiteClock, Outcome>> clock_of(Session& session) {
    const auto reply = co_await get(session, "/status");
    if (reply.kind != Kind::ok) {
        co_return std::unexpected(reply.outcome);
    }
    SiteClock clock{std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()), std::nullopt};
    const auto* status = reply.body.is_object() ? reply.body.get_object().if_contains("success") : nullptr;
    if (status == nullptr || !status->is_object()) {
        co_return clock;
    }
    const auto utc = integer_at(status->get_object(), "timestamp_now_utc");
    const auto local = parse_database_text(text_at(status->get_object(), "date_tz"));
    if (utc && local) {
        clock.now = Seconds(std::chrono::seconds(*utc));
        clock.zone = *local - clock.now;
    }
    co_return clock;
}

Task<std::expected<json::array, Outcome>> list(Session& session, sdk::HttpRequest request) {
    auto reply = co_await call(session, std::move(request));
    if (reply.kind == Kind::missing) {
        co_return json::array();
    }
    if (reply.kind != Kind::ok) {
        co_return std::unexpected(reply.outcome);
    }
    if (!reply.body.is_array()) {
        co_return std::unexpected(Outcome::retry("Dolibarr answered a list request with no list"));
    }
    co_return std::move(reply.body.get_array());
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
    auto request = sdk::HttpRequest::get(std::move(path))
                       .with_query("sortfield", "t.tms,t.rowid")
                       .with_query("sortorder", "DESC,DESC")
                       .with_query("limit", kNewest)
                       .with_query("properties", "id,date_creation,date_c,date_modification,date_m");
    const auto newest = co_await list(session, std::move(request));
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
    session.remember(kShift, cursor->shift.count());
    co_return std::nullopt;
}

/// The shift of a site by its last sweep; before the first one since the process began, by the record itself.
std::chrono::seconds shift_for(const Session& session, const json::object& object) {
    if (const auto known = to_integer(session.recall(kShift))) {
        return std::chrono::seconds(*known);
    }
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return proven_shift(times_of({object}), now, std::nullopt).value_or(std::chrono::seconds(0));
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
    const auto shift = shift_for(session, reply.body.get_object());
    auto record = to_record(object, std::move(reply.body.get_object()), session.settings(), shift);
    if (record.remote_id.empty()) {
        co_return std::unexpected(Outcome::gone("Dolibarr answered with an empty " + object));
    }
    co_return record;
}

}  // namespace navette::dolibarr
