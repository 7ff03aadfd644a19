#include "daemon/engine/gate.hpp"

#include <utility>

namespace navette::engine {

Gate::Gate(sync::Schedule schedule, std::optional<Moment> flushed_at)
    : schedule_(std::move(schedule)), flushed_at_(flushed_at) {}

void Gate::follow(sync::Schedule schedule) {
    schedule_ = std::move(schedule);
}

void Gate::request(std::optional<Moment> requested_at) {
    // A row that was read before the answer was written still holds the request.
    requested_at_ = requested_at > answered_ ? requested_at : std::nullopt;
}

Gate::Moment Gate::opens_at(Moment now) {
    // The clock was set back: the moments from here on count, not only those after a flush to come.
    flushed_at_ = flushed_at_ > now ? now : flushed_at_;
    return schedule_.is_realtime() || requested_at_ ? now : schedule_.next(now, flushed_at_);
}

std::optional<Gate::Flush> Gate::ran_dry(Moment now) {
    if (!is_open(now) || (schedule_.is_realtime() && !requested_at_)) {
        return std::nullopt;
    }
    flushed_at_ = now;
    if (requested_at_) {
        answered_ = std::exchange(requested_at_, std::nullopt);
        return Flush{now, answered_};
    }
    return Flush{now, std::nullopt};
}

}  // namespace navette::engine
