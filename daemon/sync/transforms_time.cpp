// Dates and times between the spellings of the application and of the platforms.
#include "daemon/sync/argument.hpp"
#include "daemon/sync/decimal.hpp"
#include "daemon/sync/iso_time.hpp"
#include "daemon/sync/transforms.hpp"
#include "daemon/sync/value_text.hpp"
#include "daemon/sync/zone.hpp"

#include <array>
#include <chrono>

namespace navette::sync {
namespace {

namespace chrono = std::chrono;
namespace json = boost::json;

using Milliseconds = chrono::sys_time<chrono::milliseconds>;

enum class Form { any, date, iso, epoch, epoch_ms };

struct Moment {
    Milliseconds instant;
    std::optional<chrono::year_month_day> bare_day;  // set where the source names a day and no time
};

constexpr Milliseconds kFirst = chrono::sys_days(chrono::year(1) / 1 / 1);
constexpr Milliseconds kEnd = chrono::sys_days(chrono::year(10'000) / 1 / 1);

core::Result<Moment> read_iso(std::string_view text, const Zone& zone) {
    const core::Result<IsoTime> iso = parse_iso(text);
    if (!iso) {
        return std::unexpected(iso.error());
    }
    const auto since_midnight = iso->time_of_day.value_or(chrono::milliseconds(0));
    const auto whole_seconds = chrono::floor<chrono::seconds>(since_midnight);
    const auto local = chrono::local_days(iso->day) + whole_seconds;
    const chrono::sys_seconds seconds =
        iso->offset ? chrono::sys_seconds(local.time_since_epoch()) - *iso->offset : zone.instant_of(local);
    return Moment{
        .instant = seconds + (since_midnight - whole_seconds),
        .bare_day = iso->time_of_day ? std::nullopt : std::optional(iso->day)
    };
}

core::Result<Moment> read_count(const json::value& value, Form form) {
    const std::optional<Decimal> number = decimal_of(value);
    // Seconds of the year 5138 as milliseconds fall into 1973: between the two, what is meant is certain.
    constexpr Int128 kLeastMilliseconds = 100'000'000'000;
    std::optional<Int128> milliseconds;
    if (number) {
        const Int128 whole = number->rounded(0);
        const bool in_seconds = form == Form::epoch || (form == Form::any && whole < kLeastMilliseconds &&
                                                        whole > -kLeastMilliseconds);
        milliseconds = in_seconds ? number->rounded(3) : whole;
    }
    if (!milliseconds || *milliseconds < kFirst.time_since_epoch().count() ||
        *milliseconds >= kEnd.time_since_epoch().count()) {
        return refusal(
            shown(value) + " is not a time in " + (form == Form::epoch_ms ? "milliseconds" : "seconds") +
            " since 1970"
        );
    }
    return Moment{
        .instant = Milliseconds(chrono::milliseconds(static_cast<std::int64_t>(*milliseconds))),
        .bare_day = std::nullopt
    };
}

/// Digits alone, and more of them than in 20240515, which no one should take for seconds.
bool is_long_count(std::string_view text) {
    constexpr std::size_t kLeastDigits = 9;
    return text.size() >= kLeastDigits && text.find_first_not_of("0123456789") == std::string_view::npos;
}

core::Result<Moment> read_moment(const json::value& value, Form form, const Zone& zone) {
    if (form == Form::epoch || form == Form::epoch_ms) {
        return read_count(value, form);
    }
    if (value.is_string()) {
        const std::string_view text = value.get_string();
        return form == Form::any && is_long_count(text) ? read_count(value, form) : read_iso(text, zone);
    }
    if (form == Form::any && value.is_number()) {
        return read_count(value, form);
    }
    return refusal(shown(value) + " is not a date");
}

json::value write_moment(const Moment& moment, Form form, const Zone& zone) {
    const auto seconds = chrono::floor<chrono::seconds>(moment.instant);
    switch (form) {
        case Form::epoch:
            return seconds.time_since_epoch().count();
        case Form::epoch_ms:
            return moment.instant.time_since_epoch().count();
        case Form::date: {
            const auto local_day = chrono::floor<chrono::days>(seconds + zone.offset_at(seconds));
            return json::string(iso_day(moment.bare_day.value_or(chrono::year_month_day(local_day))));
        }
        case Form::iso:
        case Form::any:
            break;
    }
    // Before the days of standard time offsets had odd seconds, which ISO 8601 cannot write.
    const chrono::seconds offset = zone.offset_at(seconds);
    return json::string(iso_instant(
        moment.instant, offset % chrono::minutes(1) == chrono::seconds(0) ? offset : chrono::seconds(0)
    ));
}

Step conversion(Form from, Form to, Zone zone) {
    return on_value([from, to, zone](const json::value& value) -> core::Result<Field> {
        if (is_blank(value)) {
            return Field(nullptr);  // how PHP applications spell "no date"
        }
        const core::Result<Moment> moment = read_moment(value, from, zone);
        if (!moment) {
            return std::unexpected(moment.error());
        }
        return write_moment(*moment, to, zone);
    });
}

Form form_named(std::string_view name) {
    return name == "iso"        ? Form::iso
           : name == "date"     ? Form::date
           : name == "epoch"    ? Form::epoch
           : name == "epoch_ms" ? Form::epoch_ms
                                : Form::any;
}

std::string why_one_way(Form from, Form to) {
    if (from == Form::any) {
        return "with from: auto nothing tells which form to go back to";
    }
    if (to == Form::date) {
        return "the time of day is lost";
    }
    return from == Form::epoch_ms && to == Form::epoch ? "the milliseconds are lost" : "";
}

core::Result<Transform> compile_date(const json::value& argument) {
    ArgumentReader read(argument);
    const Form from = form_named(read.choice("from", {"auto", "iso", "epoch", "epoch_ms"}));
    const Form to = form_named(read.choice("to", {"iso", "date", "epoch", "epoch_ms"}));
    const core::Result<Zone> zone = Zone::find(read.text("zone", "UTC"));
    if (!zone) {
        read.refuse(zone.error().message);
    }
    if (auto checked = read.finish(); !checked) {
        return std::unexpected(checked.error());
    }
    Transform transform;
    transform.forward = conversion(from, to, *zone);
    transform.one_way = why_one_way(from, to);
    if (transform.one_way.empty()) {
        transform.backward = conversion(to, from, *zone);
    }
    return transform;
}

constexpr std::array kTypes{
    TransformType{
        "date",
        "{date: {from: auto, to: date, zone: Europe/Paris}} with from auto, iso, epoch or epoch_ms and to "
        "date, iso, "
        "epoch or epoch_ms",
        compile_date
    },
};

}  // namespace

std::span<const TransformType> time_transforms() {
    return kTypes;
}

}  // namespace navette::sync
