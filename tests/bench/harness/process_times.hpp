// What the kernel tells of a process in /proc.
#pragma once

#include <sys/types.h>

#include <chrono>

namespace navette::bench {

struct ProcessTimes {
    pid_t parent = 0;
    std::chrono::duration<double> own{};             // user and system time
    std::chrono::duration<double> ended_children{};  // of children that it has waited for
};

/// All zero where there is no such process (any more).
[[nodiscard]] ProcessTimes process_times(pid_t pid);

}  // namespace navette::bench
