#include "daemon/core/points_bucket.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <cmath>

namespace navette::core {

namespace json = boost::json;

namespace {

using Seconds = std::chrono::duration<double>;

// A request that overtakes the points which its delay was to bring back must not find them missing.
constexpr Seconds kMargin{0.010};

}  // namespace

PointsBucket::PointsBucket(const RateRule& rule)
    : points_(std::max(rule.amount, 1.0)),
      restored_(std::max(rule.restore, 1e-6)),
      reserve_(rule.reserve),
      capacity_(points_),
      level_(points_),
      live_(std::chrono::minutes(10)) {}

void PointsBucket::refill(SteadyTime now) {
    level_ = std::min(level_ + restored_ * Seconds(now - filled_).count(), capacity_);
    filled_ = now;
}

SteadyTime PointsBucket::ready_at(SteadyTime now, const Ask& ask) {
    refill(now);
    const double kept = ask.background ? reserve_ * capacity_ : 0;
    const double needed = std::min(ask.cost + kept + restored_ * kMargin.count(), capacity_);
    if (level_ >= needed) {
        return now;
    }
    const auto wait = std::chrono::ceil<std::chrono::microseconds>(Seconds((needed - level_) / restored_));
    return now + std::max(wait, std::chrono::microseconds(1));
}

void PointsBucket::spend(SteadyTime now, const Ask& ask) {
    refill(now);
    level_ -= ask.cost;
    if (!ask.background) {
        live_.add(now, ask.cost);
    }
}

void PointsBucket::hear(SteadyTime now, const RateReport& report) {
    refill(now);
    if (report.limit) {
        capacity_ = std::clamp(*report.limit, 1.0, points_);
    }
    if (report.overpaid) {
        level_ += *report.overpaid;
    }
    level_ = std::min(level_, capacity_);
    if (report.remaining) {
        // The answer does not yet show what left after it, which level_ does; nor what came back since.
        level_ = std::min(level_, *report.remaining);
    }
}

Outlook PointsBucket::outlook(SteadyTime now, const Ask& each) {
    refill(now);
    const double cost = std::max(each.cost, 1e-6);
    const double kept = each.background ? reserve_ * capacity_ : 0;
    Outlook outlook;
    outlook.free = std::floor(std::max(level_ - kept, 0.0) / cost);
    outlook.per_second = (restored_ - (each.background ? live_.per_second(now) : 0)) / cost;
    return outlook;
}

json::value PointsBucket::save(const Moment& now) {
    refill(now.steady);
    if (level_ >= points_) {
        return {};
    }
    const auto at = std::chrono::floor<std::chrono::milliseconds>(now.wall.time_since_epoch()).count();
    return json::object{{"used", points_ - level_}, {"at", at}};
}

void PointsBucket::restore(const Moment& now, const json::value& saved) {
    const auto* object = saved.if_object();
    const auto* used = object == nullptr ? nullptr : object->if_contains("used");
    const auto* at = object == nullptr ? nullptr : object->if_contains("at");
    if (used == nullptr || at == nullptr || !used->is_number() || !at->is_int64()) {
        return;
    }
    refill(now.steady);
    const Seconds since = now.wall.time_since_epoch() - std::chrono::milliseconds(at->get_int64());
    const double came_back = std::max(since.count(), 0.0) * restored_;
    level_ -= std::max(used->to_number<double>() - came_back, 0.0);
}

}  // namespace navette::core
