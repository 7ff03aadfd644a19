#include "site_times.hpp"

#include "wire.hpp"

#include <array>
#include <utility>

namespace navette::dolibarr {

namespace {

// Enough that one of them was not changed since it was made.
constexpr auto kNewest = "10";
constexpr auto kShift = "dolibarr.change_time_shift";

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

std::optional<Seconds> created_at(const json::object& object) {
    // Projects name it their own way.
    const auto told = integer_at(object, "date_creation");
    const auto epoch = told ? told : integer_at(object, "date_c");
    return epoch ? std::optional(Seconds(std::chrono::seconds(*epoch))) : std::nullopt;
}

/// Whether a time that may be early by PHP's zone could have been told so: nothing proves that it is right.
bool is_in_doubt(Seconds changed, const SiteClock& clock) {
    constexpr std::chrono::minutes kClocksDiffer{5};
    return !clock.zone ||
           (*clock.zone > Seconds::duration(0) && changed + *clock.zone <= clock.now + kClocksDiffer);
}

}  // namespace

std::optional<Seconds> changed_at(const json::object& object) {
    const auto epoch = to_integer(json::value(version_of(object)));
    return epoch ? std::optional(Seconds(std::chrono::seconds(*epoch))) : std::nullopt;
}

json::object times_in(const json::object& object) {
    json::object times;
    for (const auto* name : {"date_creation", "date_c", "date_modification", "date_m", "datem"}) {
        if (const auto* value = object.if_contains(name)) {
            times[name] = *value;
        }
    }
    return times;
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

sdk::HttpRequest newest_of(std::string path) {
    return sdk::HttpRequest::get(std::move(path))
        .with_query("sortfield", "t.tms,t.rowid")
        .with_query("sortorder", "DESC,DESC")
        .with_query("limit", kNewest)
        .with_query("properties", "id,date_creation,date_c,date_modification,date_m");
}

void remember_shift(Session& session, std::chrono::seconds shift) {
    session.remember(kShift, shift.count());
}

Task<std::expected<std::optional<std::chrono::seconds>, Outcome>> shift_for(
    Session& session, std::string path, json::object times
) {
    if (const auto known = to_integer(session.recall(kShift))) {
        co_return std::chrono::seconds(*known);
    }
    auto newest = co_await list(session, newest_of(std::move(path)));
    if (!newest) {
        co_return std::unexpected(newest.error());
    }
    const auto clock = co_await clock_of(session);
    if (!clock) {
        co_return std::unexpected(clock.error());
    }
    const auto changed = changed_at(times);
    newest->push_back(std::move(times));
    if (const auto proven = proven_shift(times_of(*newest), clock->now, clock->zone)) {
        remember_shift(session, *proven);
        co_return *proven;
    }
    if (!changed || is_in_doubt(*changed, *clock)) {
        co_return std::nullopt;
    }
    remember_shift(session, std::chrono::seconds(0));
    co_return std::chrono::seconds(0);
}

}  // namespace navette::dolibarr
