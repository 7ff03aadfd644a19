// The time since the machine started, suspended spells included.
#pragma once

#include <chrono>
#include <ctime>

namespace navette::engine {

/// What a lease is measured by: std::chrono::steady_clock stands still while a virtual machine is suspended,
/// and the lease runs out meanwhile.
struct BootClock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<BootClock>;
    static constexpr bool is_steady = true;

    static time_point now() noexcept {
        timespec time{};
        clock_gettime(CLOCK_BOOTTIME, &time);
        return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
    }
};

}  // namespace navette::engine
