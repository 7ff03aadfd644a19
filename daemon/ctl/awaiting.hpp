// Waiting for a daemon to have done what it was asked for.
#pragma once

#include "daemon/ctl/failure.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace navette::ctl {

/// Asks `is_done` now and then, until it says so or fails. False after `patience`.
[[nodiscard]] inline Result<bool> await(
    std::chrono::seconds patience, const std::function<Result<bool>()>& is_done
) {
    constexpr std::chrono::milliseconds kLookAgain{200};
    const auto until = std::chrono::steady_clock::now() + patience;
    while (true) {
        const auto done = is_done();
        if (!done || *done || std::chrono::steady_clock::now() >= until) {
            return done;
        }
        std::this_thread::sleep_for(kLookAgain);
    }
}

}  // namespace navette::ctl
