#include "daemon/core/sliding_window.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <cmath>

namespace navette::core {

namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

constexpr std::int64_t kMostRemembered = 4'096;
constexpr int kSlices = 256;
// Of the span: with it, at most a twentieth of the limit is left unused.
constexpr int kLatestArrival = 20;
constexpr int kSavedSlices = 64;

/// A request that took longer to arrive than the one a span later must not make the platform see one too
/// many.
SteadyTime::duration margin_of(milliseconds per) {
    return std::min<SteadyTime::duration>(milliseconds(10), std::chrono::nanoseconds(per) / 100);
}

std::chrono::duration<double> memory_of(milliseconds per) {
    return std::clamp<std::chrono::duration<double>>(per, std::chrono::minutes(10), std::chrono::hours(6));
}

}  // namespace

SlidingWindow::SlidingWindow(const RateRule& rule)
    : requests_(std::max<std::int64_t>(std::llround(rule.amount), 1)),
      reserve_(rule.reserve),
      span_(rule.per + margin_of(rule.per)),
      latest_arrival_(std::chrono::nanoseconds(rule.per) / kLatestArrival),
      slice_(requests_ > kMostRemembered ? span_ / kSlices : SteadyTime::duration(0)),
      platform_limit_(requests_),
      live_(memory_of(rule.per)) {}

void SlidingWindow::expire(SteadyTime now) {
    while (inside_ < uses_.size() && uses_[inside_].at + span_ <= now) {
        used_ -= uses_[inside_].count;
        ++inside_;
    }
    if (now >= foreign_until_) {
        foreign_ = 0;
    }
}

void SlidingWindow::drop_old(SteadyTime now) {
    // Those that left the window are kept for another span, for reports that are late (ours_at).
    const auto expired = uses_.begin() + static_cast<std::ptrdiff_t>(inside_);
    const auto keep = std::partition_point(uses_.begin(), expired, [&](const Use& use) {
        return use.at + 2 * span_ <= now;
    });
    const auto dropped = static_cast<std::size_t>(keep - uses_.begin());
    if (dropped * 4 >= uses_.size()) {  // not one by one
        inside_ -= dropped;
        uses_.erase(uses_.begin(), keep);
    }
}

std::int64_t SlidingWindow::usable(const Ask& ask) const {
    if (!ask.background) {
        return platform_limit_;
    }
    const auto share = std::floor(static_cast<double>(platform_limit_) * (1 - reserve_) + 1e-9);
    return std::max<std::int64_t>(static_cast<std::int64_t>(share), 1);
}

SteadyTime SlidingWindow::free_at(SteadyTime now, std::int64_t limit) const {
    if (limit <= 0) {
        return SteadyTime::max();
    }
    auto at = now;
    auto used = used_;
    for (auto use = inside_; used >= limit; ++use) {
        used -= uses_[use].count;
        at = uses_[use].at + span_;
    }
    return at;
}

SteadyTime SlidingWindow::ready_at(SteadyTime now, const Ask& ask) {
    expire(now);
    const auto limit = usable(ask);
    if (foreign_ == 0) {
        return free_at(now, limit);
    }
    const auto beside_others = free_at(now, limit - foreign_);
    return beside_others <= foreign_until_ ? beside_others : std::max(foreign_until_, free_at(now, limit));
}

void SlidingWindow::spend(SteadyTime now, const Ask& ask) {
    expire(now);
    drop_old(now);
    const bool same_slice = slice_.count() > 0 && inside_ < uses_.size() &&
                            uses_.back().at.time_since_epoch() / slice_ == now.time_since_epoch() / slice_;
    if (same_slice) {
        uses_.back().at = now;
        uses_.back().left = now;
        ++uses_.back().count;
    } else {
        uses_.push_back({now, 1, now});
    }
    ++used_;
    if (!ask.background) {
        live_.add(now, 1);
    }
}

void SlidingWindow::answered(SteadyTime left, SteadyTime now) {
    const auto inside = uses_.begin() + static_cast<std::ptrdiff_t>(inside_);
    const auto use = std::ranges::lower_bound(inside, uses_.end(), left, {}, &Use::at);
    if (slice_.count() > 0 || use == uses_.end() || use->at != left) {
        return;  // slices are coarse anyway; and what has left the window stays out of it
    }
    use->at = std::min(now, left + latest_arrival_);
    const auto place = std::ranges::upper_bound(std::next(use), uses_.end(), use->at, {}, &Use::at);
    std::rotate(use, std::next(use), place);
}

std::int64_t SlidingWindow::ours_at(SteadyTime as_of) const {
    std::int64_t ours = 0;
    for (auto use = uses_.rbegin(); use != uses_.rend() && use->at + span_ > as_of; ++use) {
        ours += use->left <= as_of ? use->count : 0;
    }
    return ours;
}

void SlidingWindow::hear(SteadyTime now, const RateReport& report) {
    if (report.as_of < heard_) {
        return;
    }
    heard_ = report.as_of;
    expire(now);
    if (report.limit) {
        platform_limit_ = std::clamp<std::int64_t>(std::llround(std::min(*report.limit, 1e15)), 1, requests_);
    }
    if (report.remaining) {
        // Answers come late: what left or expired since must not be taken for use by others.
        const auto left = std::llround(std::clamp(*report.remaining, 0.0, 1e15));
        foreign_ = std::max<std::int64_t>(platform_limit_ - ours_at(report.as_of) - left, 0);
        foreign_until_ =
            now + std::min<SteadyTime::duration>(
                      span_, report.reset_after ? SteadyTime::duration(*report.reset_after) : span_
                  );
    }
}

Outlook SlidingWindow::outlook(SteadyTime now, const Ask& each) {
    expire(now);
    const auto limit = usable(each);
    Outlook outlook;
    outlook.free = static_cast<double>(std::max<std::int64_t>(limit - foreign_ - used_, 0));
    outlook.per_second = static_cast<double>(limit) / std::chrono::duration<double>(span_).count() -
                         (each.background ? live_.per_second(now) : 0);
    return outlook;
}

json::value SlidingWindow::save(const Moment& now) {
    expire(now.steady);
    const auto width = std::max(span_ / kSavedSlices, SteadyTime::duration(milliseconds(1)));
    json::array slices;
    for (auto use = inside_; use < uses_.size();) {
        const auto slice = uses_[use].at.time_since_epoch() / width;
        auto last = uses_[use].at;
        std::int64_t count = 0;
        for (; use < uses_.size() && uses_[use].at.time_since_epoch() / width == slice; ++use) {
            last = uses_[use].at;
            count += uses_[use].count;
        }
        const auto wall =
            now.wall + std::chrono::duration_cast<std::chrono::system_clock::duration>(last - now.steady);
        slices.push_back({std::chrono::ceil<milliseconds>(wall.time_since_epoch()).count(), count});
    }
    return slices.empty() ? json::value() : json::value(std::move(slices));
}

void SlidingWindow::restore(const Moment& now, const json::value& saved) {
    const auto* slices = saved.if_array();
    if (slices == nullptr) {
        return;
    }
    for (const auto& slice : *slices) {
        const auto* pair = slice.if_array();
        if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_int64() || !(*pair)[1].is_int64()) {
            continue;
        }
        const auto age = now.wall.time_since_epoch() - milliseconds((*pair)[0].get_int64());
        const auto count = (*pair)[1].get_int64();
        if (age < span_ && count > 0) {
            const auto left = now.steady - std::max<SteadyTime::duration>(age, SteadyTime::duration(0));
            uses_.push_back({left, count, left});
            used_ += count;
        }
    }
    std::ranges::sort(uses_, {}, &Use::at);
    expire(now.steady);
}

}  // namespace navette::core
