#include "daemon/core/calendar_quota.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>

namespace navette::core {

namespace json = boost::json;

namespace {

using Seconds = std::chrono::duration<double>;

// Two clocks differ by more than two requests on their way.
constexpr std::chrono::seconds kMargin{1};
constexpr std::chrono::hours kHalfDay{12};

}  // namespace

CalendarQuota::CalendarQuota(const RateRule& rule)
    : amount_(std::max(rule.amount, 1.0)),
      reserve_(rule.reserve),
      counts_costs_(rule.counts_costs),
      platform_limit_(amount_),
      live_(std::chrono::hours(6)) {}

void CalendarQuota::begin_day(SteadyTime now) {
    if (ends_ == SteadyTime{}) {
        began_ = now;
        ends_ = now + std::chrono::days(1);
    }
    while (ends_ <= now) {
        used_ = 0;
        began_ = ends_;
        ends_ += std::chrono::days(1);
    }
}

void CalendarQuota::day_ends(SteadyTime now, SteadyTime end) {
    begin_day(now);
    const auto told = end + kMargin;
    if (told > ends_ + kHalfDay) {  // midnight came a little earlier than was told before
        used_ = 0;
        began_ = now;
    }
    if (told > now) {
        ends_ = told;
    }
}

double CalendarQuota::usable(const Ask& ask) const {
    return ask.background ? platform_limit_ * (1 - reserve_) : platform_limit_;
}

SteadyTime CalendarQuota::ready_at(SteadyTime now, const Ask& ask) {
    begin_day(now);
    const double limit = usable(ask);
    return used_ + std::min(charge(ask), limit) <= limit + 1e-9 ? now : ends_;
}

void CalendarQuota::spend(SteadyTime now, const Ask& ask) {
    begin_day(now);
    used_ += charge(ask);
    if (!ask.background) {
        live_.add(now, charge(ask));
    }
}

void CalendarQuota::hear(SteadyTime now, const RateReport& report) {
    begin_day(now);
    if (report.as_of < began_) {
        return;
    }
    if (report.overpaid && counts_costs_) {
        used_ = std::max(used_ - *report.overpaid, 0.0);
    }
    if (report.limit) {
        platform_limit_ = std::clamp(*report.limit, 1.0, amount_);
    }
    if (report.remaining) {
        used_ = std::max(used_, platform_limit_ - *report.remaining);
    }
}

Outlook CalendarQuota::outlook(SteadyTime now, const Ask& each) {
    begin_day(now);
    const double live = each.background ? live_.per_second(now) : 0;
    const double cost = std::max(charge(each), 1e-6);
    const auto calls = [&](double left) { return std::floor(std::max(left, 0.0) / cost + 1e-9); };
    Outlook outlook;
    outlook.free = calls(usable(each) - used_ - live * Seconds(ends_ - now).count());
    outlook.renewed = calls(usable(each) - live * Seconds(std::chrono::days(1)).count());
    outlook.renewed_at = ends_;
    return outlook;
}

json::value CalendarQuota::save(const Moment& now) {
    begin_day(now.steady);
    if (used_ <= 0) {
        return {};
    }
    const auto ends =
        now.wall + std::chrono::duration_cast<std::chrono::system_clock::duration>(ends_ - now.steady);
    return json::object{
        {"used", used_},
        {"ends", std::chrono::floor<std::chrono::milliseconds>(ends.time_since_epoch()).count()}
    };
}

void CalendarQuota::restore(const Moment& now, const json::value& saved) {
    const auto* object = saved.if_object();
    const auto* used = object == nullptr ? nullptr : object->if_contains("used");
    const auto* ends = object == nullptr ? nullptr : object->if_contains("ends");
    if (used == nullptr || ends == nullptr || !used->is_number() || !ends->is_int64()) {
        return;
    }
    const auto left = std::chrono::milliseconds(ends->get_int64()) - now.wall.time_since_epoch();
    if (left > SteadyTime::duration(0)) {
        begin_day(now.steady);
        used_ += used->to_number<double>();
        ends_ = std::min(ends_, now.steady + left);
    }
}

}  // namespace navette::core
