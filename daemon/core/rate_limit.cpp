#include "daemon/core/rate_limit.hpp"

#include <algorithm>
#include <utility>

namespace navette::core {

RateLimit::RateLimit(std::vector<RateWindow> windows) : windows_(std::move(windows)) {
    std::erase_if(windows_, [](const RateWindow& window) {
        return window.requests == 0 || window.per.count() <= 0;
    });
    for (const auto& window : windows_) {
        remembered_ = std::max(remembered_, window.requests);
    }
}

std::optional<SteadyTime> RateLimit::take(SteadyTime now) {
    if (now < frozen_until_) {
        return frozen_until_;
    }
    auto allowed = now;
    for (const auto& window : windows_) {
        if (sent_.size() >= window.requests) {
            // The request `requests` places back must have left the window before another may enter it.
            allowed = std::max(allowed, sent_[sent_.size() - window.requests] + window.per);
        }
    }
    if (allowed > now) {
        return allowed;
    }
    if (remembered_ > 0) {
        sent_.push_back(now);
        if (sent_.size() > remembered_) {
            sent_.pop_front();
        }
    }
    return std::nullopt;
}

void RateLimit::freeze(SteadyTime until) {
    frozen_until_ = std::max(frozen_until_, until);
}

}  // namespace navette::core
