#include "daemon/ctl/next_run.hpp"

#include "daemon/ctl/record_text.hpp"
#include "daemon/engine/gate.hpp"
#include "daemon/sync/iso_time.hpp"

namespace navette::ctl {

namespace {

/// A time as the store gives it, in UTC; nothing for null.
std::optional<engine::Gate::Moment> moment_of(const store::Record& record, std::string_view name) {
    const auto read = sync::parse_iso(store::text_of(record, name));
    if (!read) {
        return std::nullopt;
    }
    return std::chrono::sys_days(read->day) + read->time_of_day.value_or(std::chrono::milliseconds(0));
}

}  // namespace

void add_next_run(store::Record& integration, Moment now) {
    integration["next_run_at"] = nullptr;
    integration["frequency_problem"] = nullptr;
    const auto schedule = sync::Schedule::parse(store::text_of(integration, "frequency"));
    if (!schedule) {
        integration["frequency_problem"] = schedule.error().message + "; it counts as realtime";
        return;
    }
    if (schedule->is_realtime() || !is_true(integration, "enabled")) {
        return;
    }
    engine::Gate gate(*schedule, moment_of(integration, "last_flush_at"));
    gate.request(moment_of(integration, "sync_requested_at"));
    const auto next = std::chrono::floor<std::chrono::milliseconds>(gate.opens_at(now));
    integration["next_run_at"] = sync::iso_instant(next, std::chrono::seconds(0));
}

}  // namespace navette::ctl
