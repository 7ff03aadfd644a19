#include "daemon/engine/priority_classes.hpp"

#include <algorithm>
#include <tuple>

namespace navette::engine {

std::vector<store::ClassFloor> PriorityClasses::in_order(
    Time now, std::chrono::milliseconds aging, const std::array<std::int64_t, kLast + 1>& floors
) const {
    struct Place {
        std::int64_t rank;
        int priority;
    };
    std::vector<Place> places;
    for (int priority = kFirst; priority <= kLast; ++priority) {
        const auto waited = now - served_[static_cast<std::size_t>(priority)];
        const auto risen = aging.count() > 0 ? waited / aging : 0;
        places.push_back({priority - risen, priority});
    }
    std::ranges::sort(places, [](const Place& left, const Place& right) {
        return std::tie(left.rank, left.priority) < std::tie(right.rank, right.priority);
    });
    std::vector<store::ClassFloor> classes;
    classes.reserve(places.size());
    for (const auto& place : places) {
        classes.push_back({place.priority, floors[static_cast<std::size_t>(place.priority)]});
    }
    return classes;
}

std::vector<store::ClassFloor> PriorityClasses::ahead(Time now, std::chrono::milliseconds aging) const {
    return in_order(now, aging, floors_);
}

std::vector<store::ClassFloor> PriorityClasses::again(
    Time now, std::chrono::milliseconds aging, bool from_head
) const {
    return in_order(now, aging, from_head ? std::array<std::int64_t, kLast + 1>{} : settled_);
}

void PriorityClasses::was_read(
    std::span<const store::ClassFloor> classes, std::span<const store::Job> jobs, bool complete, Time now
) {
    for (const auto& job : jobs) {
        auto& floor = floors_[static_cast<std::size_t>(job.priority)];
        floor = std::max(floor, job.id);
        served_[static_cast<std::size_t>(job.priority)] = now;
    }
    // Classes up to the one where the read stopped were read to their ends, so they have nothing that waits.
    const auto last = jobs.empty() ? kFirst - 1 : jobs.back().priority;
    for (const auto& one : classes) {
        if (!complete && one.priority == last) {
            break;
        }
        served_[static_cast<std::size_t>(one.priority)] = now;
    }
}

void PriorityClasses::settle() {
    settled_ = settling_;
    settling_ = floors_;
}

void PriorityClasses::rewind() {
    floors_.fill(0);
    settled_.fill(0);
    settling_.fill(0);
}

}  // namespace navette::engine
